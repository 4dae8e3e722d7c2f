"""What anybody may fetch: assets, the service worker, the manifest, health."""

import json

import pytest

from server.web.assets import Assets
from tests.browser_without_screen import Browser, words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_asset_is_cached_for_ever_under_its_name(browser: Browser, assets: Assets) -> None:
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
async def test_an_unknown_asset_is_not_found(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_service_worker_is_revalidated_each_time(browser: Browser) -> None:
    answer = await browser.get("/service-worker.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    again = await browser.get("/service-worker.js", if_none_match=answer.headers["etag"])
    assert again.status_code == 304


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_manifest_makes_the_app_installable(browser: Browser) -> None:
    answer = await browser.get("/manifest.json")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert manifest["id"]
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    assert any("maskable" in icon.get("purpose", "") for icon in manifest["icons"])
    for picture in manifest["icons"] + manifest["screenshots"]:
        assert (await browser.get(picture["src"])).status_code == 200


async def test_health_reports_live_and_ready(browser: Browser) -> None:
    assert (await browser.get("/health/live")).json() == {"status": "live"}
    assert (await browser.get("/health/ready")).json() == {"status": "ready"}


@pytest.mark.parametrize("page", ["/offline/desk", "/offline/desk/unsent"])
async def test_case_91_the_desk_without_a_network_claims_nothing_that_it_cannot_know(
    browser: Browser, page: str
) -> None:
    """The answer may be lost after the server has saved what was sent."""
    sentences = words(await browser.get(page))
    assert "not saved" not in sentences
    assert "Nothing was saved" not in sentences
    assert ("may not have been saved" in sentences) == page.endswith("/unsent")
