"""Read-only requests: HEAD, and pages that a browser fetches before a person asks for them (case 126)."""

from typing import Any

from litestar import Litestar
from litestar.types import Send

IS_READ_ONLY = "is_read_only"  # a key of the scope: whatever a handler writes for this request is rolled back
PREFETCHES = (
    (b"sec-purpose", b"prefetch"),
    (b"purpose", b"prefetch"),
    (b"x-moz", b"prefetch"),
    (b"x-purpose", b"preview"),
)


class ReadOnlyAwareLitestar(Litestar):
    """Answers HEAD wherever GET is answered, and refuses to prefetch pages.

    A page that is opened marks answers as read and tokens as opened. A prefetch must not: it gets a 503, which browsers
    take as "ask again once the person does" (Speculation Rules, "Sec-Purpose").
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
        elif _is_prefetch(scope) and not scope["path"].startswith("/static/"):
            await _refuse(send)
        elif scope["method"] == "HEAD":
            reads: Any = {**scope, "method": "GET", IS_READ_ONLY: True}
            await super().__call__(reads, receive, _without_body(send))
        else:
            await super().__call__(scope, receive, send)


def _is_prefetch(scope: Any) -> bool:
    headers = {name.lower(): value.lower() for name, value in scope["headers"]}
    return any(word in headers.get(name, b"") for name, word in PREFETCHES)


async def _refuse(send: Send) -> None:
    headers = [(b"cache-control", b"no-store"), (b"vary", b"Sec-Purpose"), (b"content-length", b"0")]
    start: Any = {"type": "http.response.start", "status": 503, "headers": headers}
    await send(start)
    body: Any = {"type": "http.response.body", "body": b"", "more_body": False}
    await send(body)


def _without_body(send: Send) -> Send:
    async def headers_alone(message: Any) -> None:
        stripped: Any = {**message, "body": b""} if message["type"] == "http.response.body" else message
        await send(stripped)

    return headers_alone
