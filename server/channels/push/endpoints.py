"""Which push endpoints are allowed, and what a response means. Pure: no I/O, the caller passes the time."""

import base64
import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from server.channels.protocol import Outcome, Result

# The documented hosts of the browser vendors' services; an operator adds others in HostList.
PUSH_SERVICES = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
LONGEST_ENDPOINT = 2048  # characters
LONGEST_WAIT = 6 * 3600.0  # seconds
DEFAULT_PORTS = {"http": 80, "https": 443}

_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_NUMBER_LAST = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")  # what resolvers may read as IPv4, in any notation
_ENTRY = re.compile(r"(\*\.)?(\[[0-9a-f:]+\]|[^:\[\]*]+)(?::([1-9][0-9]{0,4}))?")
_ENDPOINT = re.compile(r"(https?)://([^/?]*)/.+")
_AUTHORITY = re.compile(r"(\[[0-9a-f]*:[0-9a-f:.]*\]|[^:\[\]]*)(?::([1-9][0-9]{0,4}))?")
_STRAY = re.compile(r"[^A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]|%(?![2-9A-Fa-f][0-9A-Fa-f])")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")


class BadHostList(ValueError):
    """The operator's list of push services has an invalid entry."""


class BadEndpoint(ValueError):
    """An address that we do not push to. The text says why and repeats nothing of the address."""


class PermanentlyRemoved(BadEndpoint):
    """The browser marked its subscription as ended; it has to subscribe again."""


class BadKeys(ValueError):
    """Not the keys of a push subscription."""


@dataclass(frozen=True)
class HostList:
    """The push services that we send to: PUSH_SERVICES, and `added` pairs of host and port."""

    added: tuple[tuple[str, int], ...] = ()
    base_url_is_loopback: bool = False

    @classmethod
    def parse(cls, text: str, *, base_url_is_loopback: bool = False) -> "HostList":
        """Parse "push.example.org, *.push.example.net, 127.0.0.1:8123". Raises BadHostList.

        A host is exact unless it starts with "*."; the default port is 443. A loopback host needs its port, may
        be http, and counts only while the site itself is on loopback.
        """
        entries = [entry for entry in re.split(r"[\s,]+", text.lower()) if entry]
        return cls(tuple(_host_and_port(entry) for entry in entries), base_url_is_loopback)

    def knows(self, host: str, port: int) -> bool:
        services = *((service, 443) for service in PUSH_SERVICES), *self.added
        return any(_fits(host, pattern) and port == its_port for pattern, its_port in services)

    def is_own_loopback(self, host: str, port: int) -> bool:
        return self.base_url_is_loopback and _is_loopback(host) and (host, port) in self.added

    def may_connect(self, ip: str, port: int) -> bool:
        """Whether we may connect to this address: a public one, or the operator's own loopback."""
        own = self.base_url_is_loopback and any(_is_loopback(h) and port == p for h, p in self.added)
        return is_public_address(ip) or (own and _is_loopback(ip))


def _host_and_port(entry: str) -> tuple[str, int]:
    found = _ENTRY.fullmatch(entry)
    if not found:
        raise BadHostList(f"{entry!r} is not a host, nor a host and port")
    star, host, port = found[1] or "", found[2].strip("[]"), found[3]
    loopback = _is_loopback(host)
    if loopback and (star or not port):
        raise BadHostList(f"{entry!r} needs its port, as in 127.0.0.1:8123")
    if not loopback and (not _NAME.fullmatch(host) or _NUMBER_LAST.fullmatch(host) or "." not in host):
        raise BadHostList(f"{entry!r} is not the full name of a host")
    if port and int(port) > 65535:
        raise BadHostList(f"{entry!r} has a port beyond 65535")
    return star + host, int(port or 443)


def _fits(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    return ip in ipaddress.ip_network("127.0.0.0/8") if ip.version == 4 else host == "::1"


def check_endpoint(url: str, hosts: HostList) -> None:
    """Raise BadEndpoint unless `url` is at a known push service, spelled as browsers spell it."""
    scheme, host, port = _parts(url)
    if host == "permanently-removed.invalid":
        raise PermanentlyRemoved("the browser has ended this subscription; it has to subscribe anew")
    if hosts.is_own_loopback(host, port):
        return
    _check_host(host)
    if scheme != "https":
        raise BadEndpoint("the address is not https")
    if not hosts.knows(host, port):
        raise BadEndpoint("the address is not at a push service that we know, on its own port")


def _check_host(host: str) -> None:
    if _is_loopback(host):
        raise BadEndpoint("a push service on loopback is for a site on loopback, and has to be listed")
    if ":" in host or _NUMBER_LAST.fullmatch(host):
        raise BadEndpoint("the host is an IP address; a push service has a name")
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise BadEndpoint("the host is not a name in plain lowercase form")
    if any(label.startswith("xn--") for label in host.split(".")):
        raise BadEndpoint("the host has letters beyond a to z")


def _parts(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. Stricter than URL parsers, so that no two of them can disagree about the host."""
    if len(url) > LONGEST_ENDPOINT:
        raise BadEndpoint(f"the address is longer than {LONGEST_ENDPOINT} characters")
    if "#" in url:
        raise BadEndpoint("the address has a fragment")
    if _STRAY.search(url):
        raise BadEndpoint("the address has characters that no web address has")
    form = _ENDPOINT.fullmatch(url)
    if not form:
        raise BadEndpoint("that is not a web address with a path")
    if "@" in form[2]:
        raise BadEndpoint("the address has a user name or password")
    authority = _AUTHORITY.fullmatch(form[2])
    if not authority or int(authority[2] or 0) > 65535:
        raise BadEndpoint("the host or port is not in plain form")
    return form[1], authority[1].strip("[]"), int(authority[2] or DEFAULT_PORTS[form[1]])


def origin_of(url: str) -> str:
    """Scheme, host, and the port unless it is the default (RFC 6454 §6.2). Raises BadEndpoint."""
    scheme, host, port = _parts(url)
    bracketed = f"[{host}]" if ":" in host else host
    return f"{scheme}://{bracketed}" + ("" if port == DEFAULT_PORTS[scheme] else f":{port}")


# Networks that is_global lets through: routes into other networks, and ranges where Python versions differ.
_NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier NAT
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
]
_UNICAST6 = ipaddress.ip_network("2000::/3")  # excludes NAT64, IPv4-mapped, site-local and multicast


def is_public_address(ip: str) -> bool:
    """Whether `ip` is a plain host on the public internet (IANA special-purpose registries)."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address not in _UNICAST6):
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


def from_base64url(text: str) -> bytes:
    """Decode, with or without padding. Unlike the standard library, raise ValueError for any other character."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    bare = text.rstrip("=")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def check_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """The subscription's public key (an uncompressed P-256 point) and its secret (RFC 8291 §3).

    Raises BadKeys. Only `push.channel.check_subscription_keys` checks that the point is on the curve.
    """
    try:
        point, secret = from_base64url(p256dh), from_base64url(auth)
    except ValueError as error:
        raise BadKeys("a key is not base64url") from error
    if len(point) != 65 or point[0] != 4:
        raise BadKeys("p256dh is not an uncompressed point of 65 bytes")
    if len(secret) != 16:
        raise BadKeys("auth is not 16 bytes")
    return point, secret


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from `now`, 0 to 6 hours; None if missing or malformed (RFC 9110 §10.2.3: seconds, or a date)."""
    if value is None:
        return None
    if re.fullmatch(r"-?[0-9]+", value.strip()):
        return min(max(float(value), 0.0), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
        wait = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT)


def outcome_of(status: int, wait: float | None = None, reason: str = "") -> Outcome:
    """What an HTTP status means for the attempt (RFC 8030 §5 and §7.3); `wait` is Retry-After in seconds."""
    result = _result_of(status)
    why = "redirect, not followed" if 300 <= status < 400 else reason
    return Outcome(result, status, why, wait if result is Result.LATER else None)


def _result_of(status: int) -> Result:
    match status:
        case 404 | 410:
            return Result.GONE
        case 400 | 401 | 403:
            return Result.REFUSED
        case 406 | 408 | 429:  # 406: the Windows service's 429; 408: the service got no whole request
            return Result.LATER
    if 200 <= status < 300:
        return Result.ACCEPTED
    if 300 <= status < 500:
        return Result.REJECTED
    return Result.LATER if 500 <= status < 600 else Result.UNKNOWN
