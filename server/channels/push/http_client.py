"""One bounded POST: no proxy, redirect, retry or cookie; a deadline for the whole exchange; a capped response.

It tells requests that the service cannot have taken from requests that it may have taken: only the former are safe to
send again.
"""

import asyncio
import ssl
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from server.channels.push.address_guard import GuardedResolver, RefusedAddress, guarded_socket
from server.channels.push.host_list import HostList

LONGEST_ANSWER = 4096  # bytes
PER_ORIGIN = 64  # connections
NO_CONNECTION = "no connection within the deadline"
CONNECT_SHARE = 0.8  # of the deadline; connecting later would leave too little time for a response


class NotDelivered(Exception):
    """The exchange failed before the request was written. The text may be logged: it contains no address."""


class MaybeDelivered(Exception):
    """The request was written, but no response came. The text may be logged."""


@dataclass(frozen=True)
class Answer:
    """`body` is the first 4096 bytes at most; `retry_after` is the raw header."""

    status: int
    retry_after: str | None
    body: bytes = b""


@dataclass
class _Exchange:
    """How far one request got."""

    written: bool = False
    answer: Answer | None = None


class PushHttpClient:
    """Connections to the hosts of a list, kept alive between sends; the first send opens the session."""

    def __init__(
        self,
        hosts: HostList,
        *,
        deadline: float,
        per_origin: int = PER_ORIGIN,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | bool = True,
    ) -> None:
        """`deadline` is the limit for a whole exchange in seconds, including the wait for a free connection."""
        self._hosts = hosts
        self._deadline = deadline
        self._per_origin = per_origin
        self._resolver = resolver
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Raises NotDelivered or MaybeDelivered. Returns a known status even if reading the body then fails."""
        exchange = _Exchange()
        try:
            async with asyncio.timeout(self._deadline):
                await self._run(exchange, url, headers, body)
        except (aiohttp.ClientError, OSError) as error:
            if exchange.answer is None:
                if exchange.written:
                    raise MaybeDelivered(_in_words(error)) from error
                raise NotDelivered(NO_CONNECTION if isinstance(error, TimeoutError) else _in_words(error)) from error
        assert exchange.answer is not None
        return exchange.answer

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _run(self, exchange: _Exchange, url: str, headers: dict[str, str], body: bytes) -> None:
        verbatim = URL(url, encoded=True)
        async with self._open().post(
            verbatim, headers=headers, data=body, allow_redirects=False, trace_request_ctx=exchange
        ) as response:
            wait = response.headers.get("Retry-After")
            exchange.answer = Answer(response.status, wait)
            exchange.answer = Answer(response.status, wait, await _beginning(response))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = self._new_session()
        return self._session

    def _new_session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self._hosts, self._resolver),
            socket_factory=guarded_socket(self._hosts),
            limit=0,  # no total limit: an origin that hangs can use up only its own connections
            limit_per_host=self._per_origin,
            ssl=self._tls,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(connect=self._deadline * CONNECT_SHARE),
            trust_env=False,
            auto_decompress=False,
            read_bufsize=LONGEST_ANSWER,
            headers={"User-Agent": "interlude"},
            skip_auto_headers=("Accept-Encoding",),
            trace_configs=[_watch()],
        )


def _watch() -> aiohttp.TraceConfig:
    watch = aiohttp.TraceConfig()
    watch.on_request_chunk_sent.append(_mark_written)  # aiohttp calls it just before it writes headers and body
    return watch


async def _mark_written(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _chunk: aiohttp.TraceRequestChunkSentParams
) -> None:
    context.trace_request_ctx.written = True


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    """Read up to LONGEST_ANSWER bytes: aiohttp drops a connection whose response was not read."""
    got = bytearray()
    while chunk := await response.content.read(LONGEST_ANSWER - len(got)):
        got += chunk
    return bytes(got)


def _in_words(error: Exception) -> str:
    """Our own words for an error, because aiohttp's texts repeat the address, which is a secret."""
    if isinstance(getattr(error, "os_error", error), RefusedAddress):
        return "the host resolves to an address that is not public"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the host does not resolve"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "the host's certificate is not valid"
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NO_CONNECTION
    if isinstance(error, TimeoutError):
        return "no answer within the deadline"
    return f"the connection failed ({type(error).__name__})"
