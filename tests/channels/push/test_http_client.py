"""Whether the service cannot have taken a push, or may have taken it (cases 20, 26)."""

import asyncio
import gzip
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from server.channels.push.host_list import HostList
from server.channels.push.http_client import Answer, MaybeDelivered, NotDelivered, PushHttpClient
from tests.channels.conftest import closing, loopback
from tests.channels.push_service import PushService, hanging, listening, saying


class NoSuchName(AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        raise OSError(-2, "Name or service not known")

    async def close(self) -> None:
        pass


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_case_26_a_name_that_does_not_resolve_was_not_taken() -> None:
    async with closing(PushHttpClient(HostList(), deadline=5.0, resolver=NoSuchName())) as wire:
        with pytest.raises(NotDelivered, match="does not resolve"):
            await wire.post("https://fcm.googleapis.com/a", {}, b"body")


async def test_case_20_a_push_in_a_silent_handshake_was_not_taken() -> None:
    async with listening(silent) as port, closing(PushHttpClient(loopback(port), deadline=0.2)) as wire:
        with pytest.raises(NotDelivered, match="no connection within the deadline"):
            await wire.post(f"https://127.0.0.1:{port}/a", {}, b"body")


async def test_case_20_a_push_that_waited_for_a_connection_was_not_taken(service: PushService) -> None:
    """Two connections hang and three pushes wait.

    When we give up the two, two more may start in the short time left.
    """
    service.answer = hanging
    async with closing(PushHttpClient(loopback(service.port), deadline=0.3, per_origin=2)) as wire:
        posts = (wire.post(service.endpoint, {}, b"body") for _ in range(5))
        ends = [type(end) for end in await asyncio.gather(*posts, return_exceptions=True)]
    assert ends.count(MaybeDelivered) + ends.count(NotDelivered) == 5
    assert ends.count(NotDelivered) >= 1
    assert 2 <= len(service.came) <= ends.count(MaybeDelivered)


async def test_a_deadline_after_the_request_makes_the_outcome_unknown(service: PushService) -> None:
    service.answer = hanging
    async with closing(PushHttpClient(loopback(service.port), deadline=0.3)) as wire:
        with pytest.raises(MaybeDelivered, match="no answer within the deadline"):
            await wire.post(service.endpoint, {}, b"body")


async def test_a_status_counts_even_if_the_body_breaks_off() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf")
        writer.close()

    async with listening(answer) as port, closing(PushHttpClient(loopback(port), deadline=5.0)) as wire:
        assert await wire.post(f"http://127.0.0.1:{port}/a", {}, b"body") == Answer(201, None)


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 100_000])
async def test_case_21_at_most_4_kilobytes_are_read(service: PushService, size: int) -> None:
    service.answer = saying(403, b"x" * size)
    async with closing(PushHttpClient(loopback(service.port), deadline=5.0)) as wire:
        answer = await wire.post(service.endpoint, {}, b"body")
    assert answer.body == b"x" * min(size, 4096)


async def test_case_21_a_compressed_bomb_is_not_unpacked(service: PushService) -> None:
    bomb = gzip.compress(bytes(1_000_000))
    service.answer = saying(201, bomb, Content_Encoding="gzip")
    async with closing(PushHttpClient(loopback(service.port), deadline=5.0)) as wire:
        assert (await wire.post(service.endpoint, {}, b"body")).body == bomb


async def test_the_path_is_sent_unchanged(service: PushService) -> None:
    path = "/w/%2Fa%2b?token=BQY%3d&x=a:b~'()*;,+/../b"
    async with closing(PushHttpClient(loopback(service.port), deadline=5.0)) as wire:
        await wire.post(f"http://127.0.0.1:{service.port}{path}", {}, b"body")
    assert service.came[0].path == path


def certificate(folder: Path, ends: datetime) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=2))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "certificate.pem"
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


async def post_over_tls(file: Path, tls: ssl.SSLContext | bool) -> Answer:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        await reader.read()
        writer.close()

    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(file)
    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=ours)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with closing(PushHttpClient(loopback(port), deadline=5.0, tls=tls)) as wire:
            return await wire.post(f"https://127.0.0.1:{port}/a", {}, b"body")


async def test_a_valid_certificate_is_accepted(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.now(UTC) + timedelta(days=1))
    assert await post_over_tls(file, ssl.create_default_context(cafile=file)) == Answer(201, None)


async def test_case_26_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.now(UTC) - timedelta(days=1))
    with pytest.raises(NotDelivered, match="certificate") as refusal:
        await post_over_tls(file, ssl.create_default_context(cafile=file))
    assert "expired" in str(refusal.value.__cause__)


async def test_case_26_an_untrusted_certificate_is_refused(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(NotDelivered, match="certificate"):
        await post_over_tls(file, True)
