"""Which push endpoints are allowed. Pure: the address is only read, nothing is resolved."""

import re

from server.channels.push.host_list import HOST_NAME, NUMBER_LAST, HostList
from server.channels.push.public_addresses import is_loopback

LONGEST_ENDPOINT = 2048  # characters
DEFAULT_PORTS = {"http": 80, "https": 443}

_ENDPOINT = re.compile(r"(https?)://([^/?]*)/.+")
_AUTHORITY = re.compile(r"(\[[0-9a-f]*:[0-9a-f:.]*\]|[^:\[\]]*)(?::([1-9][0-9]{0,4}))?")
_STRAY = re.compile(r"[^A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]|%(?![2-9A-Fa-f][0-9A-Fa-f])")


class BadEndpoint(ValueError):
    """An address that we do not push to. The text says why and repeats nothing of the address.

    `service` is the host that we turned away, with its port unless that is 443; "" if something else is wrong.
    """

    def __init__(self, text: str, service: str = "") -> None:
        super().__init__(text)
        self.service = service


class PermanentlyRemoved(BadEndpoint):
    """The browser marked its subscription as ended; it has to subscribe again."""


def check_endpoint(url: str, hosts: HostList) -> str:
    """Raise BadEndpoint unless `url` is at a known push service, spelled as browsers spell it. Returns its origin."""
    scheme, host, port = _parts(url)
    if host == "permanently-removed.invalid":
        raise PermanentlyRemoved("the browser has ended this subscription; it has to subscribe anew")
    if hosts.is_own_loopback(host, port):
        return _origin(scheme, host, port)
    service = _bracketed(host) + ("" if port == DEFAULT_PORTS["https"] else f":{port}")
    if fault := _host_fault(host):
        raise BadEndpoint(fault, service)
    if scheme != "https":
        raise BadEndpoint("the address is not https")
    if not hosts.knows(host, port):
        raise BadEndpoint("the address is not at a push service that we know, on its own port", service)
    return _origin(scheme, host, port)


def _host_fault(host: str) -> str | None:
    if is_loopback(host):
        return "a push service on loopback is for a site on loopback, and has to be listed"
    if ":" in host or NUMBER_LAST.fullmatch(host):
        return "the host is an IP address; a push service has a name"
    if len(host) > 253 or not HOST_NAME.fullmatch(host):
        return "the host is not a name in plain lowercase form"
    if any(label.startswith("xn--") for label in host.split(".")):
        return "the host has letters beyond a to z"
    return None


def _parts(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. Stricter than URL parsers, so that no two of them can disagree about the host."""
    if len(url) > LONGEST_ENDPOINT:
        raise BadEndpoint(f"the address is longer than {LONGEST_ENDPOINT} characters")
    if "#" in url:
        raise BadEndpoint("the address has a fragment")
    if _STRAY.search(url):
        raise BadEndpoint("the address has characters that no web address has")
    parts = _ENDPOINT.fullmatch(url)
    if not parts:
        raise BadEndpoint("that is not a web address with a path")
    if "@" in parts[2]:
        raise BadEndpoint("the address has a user name or password")
    authority = _AUTHORITY.fullmatch(parts[2])
    if not authority or int(authority[2] or 0) > 65535:
        raise BadEndpoint("the host or port is not in plain form")
    return parts[1], authority[1].strip("[]"), int(authority[2] or DEFAULT_PORTS[parts[1]])


def _origin(scheme: str, host: str, port: int) -> str:
    """With the port unless it is the default (RFC 6454 §6.2)."""
    return f"{scheme}://{_bracketed(host)}" + ("" if port == DEFAULT_PORTS[scheme] else f":{port}")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
