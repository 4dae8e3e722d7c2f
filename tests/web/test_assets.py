"""What browsers load beside pages: hashed, compressed, kept; and the shell that is served before sign-in."""

import gzip
import hashlib
import json
import re
import shutil
from graphlib import CycleError
from pathlib import Path

import brotli
import pytest

from server.web.assets import ROOT, Assets
from server.web.render import module_tags
from tests.browser_without_screen import Browser


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets()


def test_a_name_carries_the_hash_of_what_is_inside(assets: Assets) -> None:
    for url, asset in assets.by_url.items():
        digest = hashlib.sha256(asset.body).hexdigest()
        found = re.search(r"\.([0-9a-f]{12})\.", url)
        assert found is not None
        assert digest.startswith(found[1])


def test_what_is_compressed_opens_to_the_same(assets: Assets) -> None:
    style = assets.asset("app.css")
    assert style.br is not None
    assert style.gzip is not None
    assert brotli.decompress(style.br) == gzip.decompress(style.gzip) == style.body
    assert len(style.br) < len(style.gzip) < len(style.body)


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", None), ("identity", None)]
)
def test_the_smallest_form_that_the_browser_takes(assets: Assets, accepted: str, encoding: str | None) -> None:
    assert assets.asset("app.css").encoded(accepted)[1] == encoding
    assert assets.asset("icon-192.png").encoded(accepted)[1] is None


def modules(folder: Path, **sources: str) -> Assets:
    """The app's assets with these page scripts in the place of its own."""
    (folder / "pwa").mkdir(exist_ok=True)
    shutil.copy(ROOT / "pwa/service-worker.js", folder / "pwa")
    for name in ("store", "offline-bundle", "outbox", "receipts"):
        (folder / f"pwa/{name}.js").touch()
    for name, source in sources.items():
        (folder / f"pwa/{name}.js").write_text(source)
    return Assets(folder)


def test_a_module_names_its_imports_by_their_addresses(tmp_path: Path) -> None:
    found = modules(tmp_path, page='import { post } from "./base.js";', base="export const post = 1;")
    assert (
        found.asset("page.js").body.decode() == f'import {{ post }} from ".{found.url("base.js")[len("/static") :]}";'
    )
    page, worker = found.url("page.js"), found.url("service-worker.js")
    changed = modules(tmp_path, base="export const post = 2;")
    assert (changed.url("page.js") != page, changed.url("service-worker.js") != worker) == (True, True)


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CycleError):
        modules(tmp_path, one='import "./two.js";', two='import "./one.js";')


def test_a_module_is_loaded_with_all_that_it_imports_each_once(tmp_path: Path) -> None:
    found = modules(
        tmp_path, page='import "./part.js";', part='import "./base.js";', app='import "./base.js";', base=""
    )
    assert re.findall(
        r"(preload|module)\W+(?:href|src)=\W/static/(\w+)\.", module_tags(found, ("app.js", "page.js"))
    ) == [
        ("preload", "base"),
        ("preload", "part"),
        ("module", "app"),
        ("module", "page"),
    ]


def test_no_phone_downloads_our_comments(tmp_path: Path) -> None:
    found = modules(tmp_path, page="// One.\nconst at = 'https://example'; // two\n\n  // Three.\nat;\n")
    assert found.asset("page.js").body.decode() == "const at = 'https://example'; // two\n\nat;\n"


def test_htmx_comes_without_a_download(assets: Assets) -> None:
    assert b"htmx" in assets.asset("htmx.js").body[:200]
    assert assets.asset("htmx.js").media_type.startswith("text/javascript")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_asset_is_kept_for_ever_under_its_name(browser: Browser, assets: Assets) -> None:
    url = assets.url("app.css")
    answer = await browser.get(url, accept_encoding="br")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == assets.asset("app.css").body
    again = await browser.get(url, if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/static/app.css", "/static/app.000000000000.css", "/static/../server/app.py"])
async def test_another_address_is_not_there(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_service_worker_is_asked_for_each_time(browser: Browser) -> None:
    answer = await browser.get("/service-worker.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    again = await browser.get("/service-worker.js", if_none_match=answer.headers["etag"])
    assert again.status_code == 304


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_manifest_makes_it_installable(browser: Browser) -> None:
    answer = await browser.get("/manifest.json")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert manifest["id"]
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    assert any("maskable" in icon.get("purpose", "") for icon in manifest["icons"])
    for picture in manifest["icons"] + manifest["screenshots"]:
        assert (await browser.get(picture["src"])).status_code == 200


async def test_health_says_live_and_ready(browser: Browser) -> None:
    assert (await browser.get("/health/live")).json() == {"status": "live"}
    assert (await browser.get("/health/ready")).json() == {"status": "ready"}
