"""To which addresses a connection may go (case 29)."""

import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from server.channels.push.address_guard import GuardedResolver, RefusedAddress, guarded_socket
from server.channels.push.host_list import HostList
from server.channels.push.http_client import NotDelivered, PushHttpClient
from tests.channels.conftest import closing, loopback
from tests.channels.ip_addresses import NOT_PUBLIC
from tests.channels.push_service import Trap


class Resolver(AbstractResolver):
    """Answers with the next of its lists, and repeats the last one."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        ips = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [_resolved(host, ip, port) for ip in ips]

    async def close(self) -> None:
        pass


def _resolved(host: str, ip: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    return {"hostname": host, "host": ip, "port": port, "family": family, "proto": 0, "flags": 0}


async def test_case_29_only_public_addresses_are_kept() -> None:
    guard = GuardedResolver(HostList(), Resolver(["127.0.0.1", "8.8.8.8", "::1", "10.0.0.1"]))
    assert [found["host"] for found in await guard.resolve("fcm.googleapis.com", 443)] == ["8.8.8.8"]


@pytest.mark.parametrize("ip", NOT_PUBLIC)
async def test_case_29_a_name_without_a_public_address_is_refused(ip: str) -> None:
    with pytest.raises(RefusedAddress):
        await GuardedResolver(HostList(), Resolver([ip])).resolve("fcm.googleapis.com", 443)


async def test_case_29_only_the_operators_own_name_may_lead_to_loopback() -> None:
    hosts = HostList.parse("localhost:8123", base_url_is_loopback=True)
    guard = GuardedResolver(hosts, Resolver(["127.0.0.1", "10.0.0.1"]))
    assert [found["host"] for found in await guard.resolve("localhost", 8123)] == ["127.0.0.1"]
    for host, port in [("localhost", 8124), ("fcm.googleapis.com", 8123), ("fcm.googleapis.com", 443)]:
        with pytest.raises(RefusedAddress):
            await guard.resolve(host, port)


@pytest.mark.parametrize("ip", NOT_PUBLIC)
def test_case_29_no_socket_opens_to_a_private_address(ip: str) -> None:
    with pytest.raises(RefusedAddress):
        guarded_socket(HostList())((socket.AF_INET6, socket.SOCK_STREAM, 6, "", (ip, 443, 0, 0)))


def test_case_29_a_socket_opens_to_a_public_address_and_to_the_operators_port() -> None:
    make = guarded_socket(loopback(8123))
    for address in [("8.8.8.8", 443), ("127.0.0.1", 8123)]:
        make((socket.AF_INET, socket.SOCK_STREAM, 6, "", address)).close()
    with pytest.raises(RefusedAddress):
        make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 8124)))


def test_case_29_a_public_site_never_connects_to_loopback() -> None:
    hosts = HostList.parse("127.0.0.1:8123", base_url_is_loopback=False)
    assert not hosts.may_connect("127.0.0.1", 8123)
    assert hosts.may_connect("8.8.8.8", 443)


async def refused_by(wire: PushHttpClient, url: str) -> str:
    async with closing(wire):
        with pytest.raises(NotDelivered) as refusal:
            await wire.post(url, {}, b"body")
    return str(refusal.value)


async def test_case_29_a_rebound_name_is_refused_when_connecting(trap: Trap) -> None:
    """The name is public when it is checked and loopback when we connect."""
    resolver = Resolver(["8.8.8.8"], ["127.0.0.1"])
    guard = GuardedResolver(HostList(), resolver)
    assert await guard.resolve("push.example.org", trap.port)
    wire = PushHttpClient(HostList(), deadline=5.0, resolver=resolver)
    assert "not public" in await refused_by(wire, f"http://push.example.org:{trap.port}/a")
    assert trap.connections == 0


async def test_case_29_a_vendors_name_cannot_lead_to_the_operators_loopback(trap: Trap) -> None:
    wire = PushHttpClient(loopback(trap.port), deadline=5.0, resolver=Resolver(["127.0.0.1"]))
    assert "not public" in await refused_by(wire, f"http://push.example.org:{trap.port}/a")
    assert trap.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "[::ffff:127.0.0.1]"])
async def test_case_29_no_spelling_of_an_address_bypasses_the_resolver(trap: Trap, host: str) -> None:
    """aiohttp resolves no literal address. The site lists another port of loopback, so that only the port differs."""
    wire = PushHttpClient(loopback(1), deadline=5.0)
    await refused_by(wire, f"http://{host}:{trap.port}/a")
    assert trap.connections == 0
