"""A small web site for tests of the helpers themselves: fixed pages, and a record of requests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from mimetypes import guess_type

from aiohttp import web


class Site:
    """Answers a path with its entry in `pages`, and any other with an empty page."""

    def __init__(self, pages: Mapping[str, str | bytes], headers: Mapping[str, str] | None = None) -> None:
        self.pages = pages
        self.headers = headers or {}
        self.posts: list[tuple[str, str]] = []
        self._posted = asyncio.Event()
        self.origin = ""

    async def serve(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            self.posts.append((request.path, await request.text()))
            self._posted.set()
        kind = guess_type(request.path)[0] or "text/html"
        body = self.pages.get(request.path, "<!doctype html><title>Empty</title>")
        data = body.encode() if isinstance(body, str) else body
        return web.Response(body=data, content_type=kind, headers=self.headers)

    async def wait_for_post(self, path: str, body: str, seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while (path, body) not in self.posts:
                self._posted.clear()
                await self._posted.wait()


@contextlib.asynccontextmanager
async def serving(pages: Mapping[str, str | bytes], headers: Mapping[str, str] | None = None) -> AsyncIterator[Site]:
    """Serves at http://localhost, a secure context, so that workers and push are allowed."""
    site = Site(pages, headers)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", site.serve)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.origin = f"http://localhost:{runner.addresses[0][1]}"
        yield site
    finally:
        await runner.cleanup()
