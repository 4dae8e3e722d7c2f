"""The push services that we send to: the browser vendors' own, and those that the operator adds."""

import re
from dataclasses import dataclass

from server.channels.push.public_addresses import is_loopback, is_public_address

# The documented hosts of the browser vendors' services; an operator adds others in HostList.
PUSH_SERVICES = (
    "fcm.googleapis.com",
    "jmt17.google.com",  # Chrome Beta and Dev, and Chromium on Linux
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
HOST_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
NUMBER_LAST = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")  # what resolvers may read as IPv4, in any notation
_ENTRY = re.compile(r"(\*\.)?(\[[0-9a-f:]+\]|[^:\[\]*]+)(?::([1-9][0-9]{0,4}))?")


class BadHostList(ValueError):
    """The operator's list of push services has an invalid entry."""


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
        return self.base_url_is_loopback and is_loopback(host) and (host, port) in self.added

    def may_connect(self, ip: str, port: int) -> bool:
        """Whether we may connect to this address: a public one, or the operator's own loopback."""
        own = self.base_url_is_loopback and any(is_loopback(h) and port == p for h, p in self.added)
        return is_public_address(ip) or (own and is_loopback(ip))


def _host_and_port(entry: str) -> tuple[str, int]:
    found = _ENTRY.fullmatch(entry)
    if not found:
        raise BadHostList(f"{entry!r} is not a host, nor a host and port")
    star, host, port = found[1] or "", found[2].strip("[]"), found[3]
    loopback = is_loopback(host)
    if loopback and (star or not port):
        raise BadHostList(f"{entry!r} needs its port, as in 127.0.0.1:8123")
    if not loopback and (not HOST_NAME.fullmatch(host) or NUMBER_LAST.fullmatch(host) or "." not in host):
        raise BadHostList(f"{entry!r} is not the full name of a host")
    if port and int(port) > 65535:
        raise BadHostList(f"{entry!r} has a port beyond 65535")
    return star + host, int(port or 443)


def _fits(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
