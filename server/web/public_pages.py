"""Routes that need no sign-in: assets, manifest, service worker, offline pages, health."""

import json
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from server import language
from server.db import ping
from server.language import mark
from server.web import render
from server.web.assets import ROOT, Asset, Assets
from server.web.dependencies import ANYONE, Db

FOREVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
MANIFEST_WORDS = (
    mark("It reminds you of your visits and asks how you are. It takes a minute or less."),
    mark("Home: one thing to do, and the next visit"),
    mark("A question: one tap answers it"),
    mark("The clinic's inbox: who needs someone, and why"),
    mark("Check-in"),
    mark("Answer what is ready"),
    mark("My answers"),
    mark("Help"),
)


def _serve(request: Request[Any, Any, Any], asset: Asset, caching: str) -> Response[bytes]:
    headers = {"ETag": asset.etag, "Cache-Control": caching, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == asset.etag:
        return Response(b"", status_code=304, headers=headers)
    body, encoding = asset.encoded(request.headers.get("accept-encoding", ""))
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, headers=headers, media_type=asset.media_type)


@get("/static/{path:path}", opt=ANYONE, sync_to_thread=False)
def static_file(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
    assets: Assets = request.app.state.assets
    asset = assets.by_url.get(f"/static{path}")
    if asset is None:
        raise NotFoundException
    return _serve(request, asset, FOREVER)


@get("/service-worker.js", opt=ANYONE, sync_to_thread=False)
def service_worker(request: Request[Any, Any, Any]) -> Response[bytes]:
    assets: Assets = request.app.state.assets
    return _serve(request, assets.asset("service-worker.js"), ASK_EACH_TIME)


@get("/manifest.json", opt=ANYONE, sync_to_thread=False)
def manifest(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The manifest with the hashed addresses of its images, in the visitor's language."""
    assets: Assets = request.app.state.assets
    found = json.loads((ROOT / "manifest.json").read_text())
    for picture in found["icons"] + found["screenshots"]:
        picture["src"] = assets.url(picture["src"])
    for named in [found, *found["screenshots"], *found["shortcuts"]]:
        named.update({key: language.gettext(text) for key, text in named.items() if text in MANIFEST_WORDS})
    found.update(lang=language.current(), dir=language.direction())
    return Response(
        json.dumps(found).encode(),
        media_type="application/manifest+json",
        headers={"Cache-Control": f"private, {ASK_EACH_TIME}"},
    )


@get("/offline", opt=ANYONE, sync_to_thread=False)
def offline(request: Request[Any, Any, Any]) -> Response[str]:
    return render.page(request, "shared/offline.html")


@get("/offline/unsent", opt=ANYONE, sync_to_thread=False)
def unsent(request: Request[Any, Any, Any]) -> Response[str]:
    """The page that the service worker shows when a form could not be sent."""
    return render.page(request, "shared/unsent.html")


@get("/offline/desk", opt=ANYONE, sync_to_thread=False)
def desk_offline(request: Request[Any, Any, Any]) -> Response[str]:
    return render.page(request, "shared/desk_offline.html", unsent=False)


@get("/offline/desk/unsent", opt=ANYONE, sync_to_thread=False)
def desk_unsent(request: Request[Any, Any, Any]) -> Response[str]:
    """The same page for a form of the desk."""
    return render.page(request, "shared/desk_offline.html", unsent=True)


@get("/offline/words", opt=ANYONE, sync_to_thread=False)
def offline_words(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """The text for a notification whose own text can't be read (pwa/service-worker.js)."""
    words = {"body": language.gettext("Open Interlude to see what's new."), "lang": language.current()}
    return Response(words, headers=render.FRESH)


@get("/health/live", opt=ANYONE, sync_to_thread=False)
def live() -> dict[str, str]:
    return {"status": "live"}


@get("/health/ready", opt=ANYONE)
async def ready(db: Db) -> dict[str, str]:
    await ping(db)
    return {"status": "ready"}


router = Router(
    "/",
    route_handlers=[
        static_file,
        service_worker,
        manifest,
        offline,
        unsent,
        desk_offline,
        desk_unsent,
        offline_words,
        live,
        ready,
    ],
)
