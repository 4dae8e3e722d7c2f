"""An app that is upgraded while a phone uses it.

First it serves the scripts and assets of the former version from `former/`, then the new ones. The pages that read and
write data are the app's own throughout.
"""

import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from server.checkins.models import CheckIn
from server.responses.offline import bundle

FORMER = Path(__file__).parent / "former"
SCRIPTS = {f"/static/{path.name}": path for path in FORMER.glob("*.js")}
PAGES = {"/service-worker.js": FORMER / "service-worker.js", "/offline": FORMER / "offline.html"}
CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class UpgradingApp:
    """Passes requests on to the app at `behind`. While `refusing`, it takes no answers and sends no bundle."""

    behind: str
    bundle: bytes
    client: aiohttp.ClientSession
    former: bool = True
    refusing: bool = True
    received: Counter[str] = field(default_factory=Counter)  # by client id: how often the app accepted an entry
    base_url: str = ""

    async def serve(self, request: web.Request) -> web.Response:
        former = self._former(request.path) if self.former else None
        if former is not None:
            return former
        if self.refusing and (request.path == "/held" or _sends_answers(request)):
            return web.Response(status=503)
        return await self._pass_on(request)

    def _former(self, path: str) -> web.Response | None:
        if path == "/held":
            return web.Response(body=self.bundle, content_type="application/json")
        file = (SCRIPTS | PAGES).get(path)
        if file is None:
            return None
        kind = "text/html" if file.suffix == ".html" else "text/javascript"
        return web.Response(body=file.read_bytes(), content_type=kind, headers={"Cache-Control": "no-cache"})

    async def _pass_on(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), _end_to_end_headers(request)
        url = self.behind + request.path_qs
        async with self.client.request(
            request.method, url, headers=headers, data=body, allow_redirects=False
        ) as answer:
            if answer.ok and _sends_answers(request):
                self.received[json.loads(body)["client_id"]] += 1
            return web.Response(body=await answer.read(), status=answer.status, headers=_end_to_end_headers(answer))


def _sends_answers(request: web.Request) -> bool:
    return request.method == "POST" and request.path.endswith(("/answers", "/responses"))


def _end_to_end_headers(message: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value in message.headers.items() if name.lower() not in CONNECTION]


def former_bundle(check_in: CheckIn) -> bytes:
    """The former version's bundle for this check-in."""
    text = (FORMER / "bundle.json").read_text()
    for placeholder, id_ in (
        ("{check_in}", check_in.id),
        ("{client}", check_in.client_id),
        ("{person}", check_in.patient_id),
        ("{questionnaire}", check_in.questionnaire_id),
    ):
        text = text.replace(placeholder, id_)
    found = json.loads(text)
    found["forms"][0]["closes"] = bundle.ms(check_in.closes_at)
    return json.dumps(found).encode()


@contextlib.asynccontextmanager
async def upgrading(behind: str, check_in: CheckIn) -> AsyncIterator[UpgradingApp]:
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=jar) as client:
        app = UpgradingApp(behind, former_bundle(check_in), client)
        async with _listening(app.serve) as app.base_url:
            yield app


@contextlib.asynccontextmanager
async def _listening(handler: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
