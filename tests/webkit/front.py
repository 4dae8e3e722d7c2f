"""A proxy between browser and app: with TLS, as at a clinic, or plain. It can cut the network."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.clock import system_clock
from tests.browser.running import House


class Front:
    """Forwards bytes between its port and the app's."""

    def __init__(self, port: int, app_port: int, tls: ssl.SSLContext | None) -> None:
        self._port, self._app_port, self._tls = port, app_port, tls
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self._port, ssl=self._tls)

    async def cut(self) -> None:
        """The phone loses its network: open connections break, and no new one gets through."""
        assert self._server
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            from_app, to_app = await asyncio.open_connection("127.0.0.1", self._app_port)
            await asyncio.gather(self._copy(reader, to_app), self._copy(from_app, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        self._writers.discard(writer)
        writer.close()


@contextlib.asynccontextmanager
async def front(house: House) -> AsyncIterator[Front]:
    """The address at which browsers reach the app."""
    address = urlsplit(house.setup.base_url)
    assert address.port
    tls = _certificate(house.setup.folder) if address.scheme == "https" else None
    opened = Front(address.port, house.setup.port, tls)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.cut()


def _certificate(folder: Path) -> ssl.SSLContext:
    """A self-signed certificate for localhost."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = system_clock()
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
