"""A push service on loopback that answers as a test tells it, and a phone that decrypts what it receives."""

import asyncio
import base64
import json
import os
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

import http_ece  # type: ignore[import-untyped]
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.channels.addresses import PushAddress

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
TOKEN = "a-secret-that-nobody-should-log"


@dataclass(frozen=True)
class Came:
    """One request as the service received it."""

    path: str
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]


class PushService:
    """Answers each POST with `answer`, after it has recorded the request."""

    def __init__(self) -> None:
        self.came: list[Came] = []
        self.arrived = asyncio.Semaphore(0)  # set once for each request
        self.answer: Handler = saying(201)
        self.port = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/push/{TOKEN}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["PushService"]:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=0.01, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peer = request.transport.get_extra_info("peername")
        self.came.append(Came(request.raw_path, dict(request.headers), await request.read(), peer))
        self.arrived.release()
        return await self.answer(request)


def saying(status: int, body: bytes = b"", **headers: str) -> Handler:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


async def hanging(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def resetting(request: web.Request) -> web.StreamResponse:
    """Reads the whole request, then resets the connection instead of answering."""
    assert request.transport is not None
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    return await hanging(request)


@dataclass
class Trap:
    """A listener that no test may reach."""

    port: int = 0
    connections: int = 0

    async def spring(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.close()


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[int]:
    """Listens on a port where `talk` answers raw connections. Yields the port."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class Phone:
    """The browser's half of a subscription."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    def address(self, endpoint: str, vapid_key_id: str = "") -> PushAddress:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return PushAddress(endpoint, b64(point), b64(self.auth), vapid_key_id)

    def open(self, body: bytes) -> str:
        """Decrypt as a browser does (RFC 8291 §4)."""
        plain: bytes = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return plain.decode()


def vapid_claims(authorization: str, public_key: str) -> dict[str, Any]:
    """The claims of a VAPID header, after checking its signature against the key that the browser was given."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    assert parts["k"] == public_key
    signed, _, signature = parts["t"].rpartition(".")
    r, s = (int.from_bytes(half, "big") for half in (unb64(signature)[:32], unb64(signature)[32:]))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(public_key))
    point.verify(utils.encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    header, claims = (json.loads(unb64(part)) for part in signed.split("."))
    assert header == {"typ": "JWT", "alg": "ES256"}
    return dict(claims)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
