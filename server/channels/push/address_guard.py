"""Check the target address when a connection opens, because a safe host name may by then resolve to an internal one.

There are two guards, because aiohttp does not call the resolver for a host that is an IP address, and may cache the
resolver's answers: we check names as they resolve, and every socket again before it opens.
"""

import socket
from collections.abc import Callable

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType
from aiohttp.resolver import DefaultResolver

from server.channels.push.host_list import HostList
from server.channels.push.public_addresses import is_public_address


class RefusedAddress(OSError):
    """The address is neither public nor the operator's own loopback."""

    def __init__(self) -> None:
        super().__init__("not a public address")


class GuardedResolver(AbstractResolver):
    """Resolves with `inner` and keeps the allowed addresses. Raises RefusedAddress if none is left."""

    def __init__(self, hosts: HostList, inner: AbstractResolver | None = None) -> None:
        self._hosts = hosts
        self._inner = inner or DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        allowed = [address for address in found if self._allows(host, port, address["host"])]
        if not allowed:
            raise RefusedAddress
        return allowed

    async def close(self) -> None:
        await self._inner.close()

    def _allows(self, host: str, port: int, ip: str) -> bool:
        # Only the operator's own host name may resolve to loopback; for a vendor's name that means tampering.
        own = self._hosts.is_own_loopback(host, port)
        return self._hosts.may_connect(ip, port) if own else is_public_address(ip)


def guarded_socket(hosts: HostList) -> Callable[[AddrInfoType], socket.socket]:
    """A socket factory for aiohttp's TCPConnector. It raises RefusedAddress before opening a forbidden socket."""

    def open_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not hosts.may_connect(address[0], address[1]):
            raise RefusedAddress
        return socket.socket(family, kind, protocol)

    return open_socket
