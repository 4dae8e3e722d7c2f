"""What a phone needs to put the app on its Home Screen."""

import re
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
from playwright.async_api import Browser

from .chromium import installability_errors, new_page
from .people import phone_of
from .running_site import RunningSite

PWA = Path(__file__).parent.parent.parent / "pwa"


@pytest_asyncio.fixture(loop_scope="session")
async def client(site: RunningSite) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(site.base_url) as session:
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def manifest(client: aiohttp.ClientSession) -> dict[str, Any]:
    async with client.get("/manifest.json") as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json(content_type="application/manifest+json")
        return found


async def test_chromium_would_install_the_app(tmp_path: Path, site: RunningSite) -> None:
    assert await installability_errors(tmp_path / "profile", site.url("/join")) == []


async def test_the_service_worker_takes_control_of_the_pages(chromium: Browser, site: RunningSite) -> None:
    page = await new_page(chromium, base_url=site.base_url)
    await page.goto("/join")
    ready = "navigator.serviceWorker.ready.then(({scope, active}) => [scope, new URL(active.scriptURL).pathname])"
    assert await page.evaluate(ready) == [site.url("/"), "/service-worker.js"]
    await page.reload()
    assert await page.evaluate("navigator.serviceWorker.controller !== null")


def test_the_service_worker_is_short_enough_to_read_in_one_sitting() -> None:
    """It imports files that pages use too, unchanged, because there is no bundler."""
    source = (PWA / "service-worker.js").read_text()
    assert lines_to_read(source) <= 150
    imported = re.findall(r'"/static/([\w-]+\.js)"', source)
    assert imported == ["store.js", "offline-bundle.js", "outbox.js", "kept-text.js", "receipts.js", "shell.js"]
    assert all(lines_to_read((PWA / name).read_text()) <= 150 for name in imported)


def lines_to_read(source: str) -> int:
    """All lines except those that contain only a type."""
    return len([line for line in source.splitlines() if not re.match(r"\s*(/\*\*.*\*/|/\*\*|\*/|\* @.*)$", line)])


async def test_the_manifest_is_complete(manifest: dict[str, Any]) -> None:
    fields = {name: manifest[name] for name in ("id", "name", "short_name", "start_url", "scope", "display")}
    assert fields == {
        "id": "/",
        "name": "Interlude",
        "short_name": "Interlude",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
    }
    purposes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert purposes >= {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    assert {shot["form_factor"] for shot in manifest["screenshots"]} == {"narrow", "wide"}
    assert all(shot["label"] for shot in manifest["screenshots"])


async def test_the_manifests_pictures_exist_in_the_stated_sizes(
    client: aiohttp.ClientSession, manifest: dict[str, Any]
) -> None:
    pictures = [*manifest["icons"], *manifest["screenshots"]]
    declared = [(picture["src"], picture["type"], picture["sizes"]) for picture in pictures]
    assert [await _found(client, src, sizes) for src, _, sizes in declared] == declared


async def test_the_shortcuts_and_the_icon_for_iphones_exist(
    chromium: Browser, site: RunningSite, manifest: dict[str, Any]
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    for shortcut in manifest["shortcuts"]:
        answer = await rosa.goto(shortcut["url"])
        assert answer
        assert (answer.status, rosa.url) == (200, site.url(shortcut["url"])), shortcut["name"]
    icon = await rosa.locator("link[rel=apple-touch-icon]").get_attribute("href")
    async with aiohttp.ClientSession(site.base_url) as client:
        assert await _found(client, str(icon), "180x180") == (icon, "image/png", "180x180")


async def _found(client: aiohttp.ClientSession, src: str, sizes: str) -> tuple[str, str, str]:
    """The address, type and size of a picture. A vector picture has any size."""
    async with client.get(src) as answer:
        assert answer.status == 200, src
        body = await answer.read()
        if answer.content_type == "image/svg+xml":
            return src, answer.content_type, sizes
        assert body.startswith(b"\x89PNG"), src
        width, height = struct.unpack(">II", body[16:24])
        return src, answer.content_type, f"{width}x{height}"
