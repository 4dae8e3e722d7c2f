"""Where a connection may go, checked as it is made: a name that was fine may since point inward.

Two guards, because aiohttp asks no resolver about a host that is already an address, and may keep what a
resolver once said: names are checked as they resolve, and every socket again before it is opened.
"""

import socket
from collections.abc import Callable

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType
from aiohttp.resolver import DefaultResolver

from server.channels.push.endpoints import HostList, is_public_address


class RefusedAddress(OSError):
    """Not a public address, nor the operator's own loopback."""

    def __init__(self) -> None:
        super().__init__("not a public address")


class GuardedResolver(AbstractResolver):
    """Resolves as `inner` does, and keeps what may be connected to. Raises RefusedAddress if none is left."""

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
        # Only the operator's own name may lead to loopback; a vendor's that does has been tampered with.
        own = self._hosts.is_own_loopback(host, port)
        return self._hosts.may_connect(ip, port) if own else is_public_address(ip)


def guarded_socket(hosts: HostList) -> Callable[[AddrInfoType], socket.socket]:
    """A socket factory for aiohttp's TCPConnector. The sockets it makes raise RefusedAddress first."""

    def open_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not hosts.may_connect(address[0], address[1]):
            raise RefusedAddress
        return socket.socket(family, kind, protocol)

    return open_socket
