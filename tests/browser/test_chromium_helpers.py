"""The Chromium helpers, tested on pages of their own under a strict CSP."""

import json
import os
import signal
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserType

from . import chromium as helpers
from .chromium import DESKTOP, axe_violations, chromium, deliver_push, installability_errors, new_page
from .site import Site, serving

CSP = "default-src 'self'; style-src 'self'; require-trusted-types-for 'script'"
PAGE = """<!doctype html><html lang="en"><title>Visits</title>
<meta name="viewport" content="width=device-width"><link rel="manifest" href="/manifest.json">
<link rel="stylesheet" href="/page.css"><script src="/page.js"></script><main><h1>Visits</h1>%s</main>"""
FAULTS = """<p class="pale">Tomorrow</p>
<button class="tiny">A</button><button class="tiny">B</button><img src="/icon.png">"""
STYLE = """
:root { color-scheme: light dark; }
.pale { color: #666; background: #fff; }
.tiny { width: 10px; height: 10px; padding: 0; border: 0; overflow: hidden; }
"""
SCRIPT = """
const policy = trustedTypes.createPolicy("worker", {createScriptURL: url => url});
navigator.serviceWorker.register(policy.createScriptURL("/worker.js"));
"""
WORKER = """
addEventListener("install", () => skipWaiting());
addEventListener("activate", event => event.waitUntil(clients.claim()));
addEventListener("fetch", () => {});
addEventListener("push", event => event.waitUntil(show(event.data.text())));
async function show(title) {
  await registration.showNotification(title);
  await fetch("/shown", {method: "POST", body: title});
}
"""
MANIFEST = {
    "name": "Visits",
    "start_url": "/",
    "display": "standalone",
    "icons": [{"src": "/icon.png", "sizes": "192x192", "type": "image/png", "purpose": "any"}],
}


def png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    pages: dict[str, str | bytes] = {
        "/": PAGE % "<p>Tomorrow at 9.</p>",
        "/faults": PAGE % FAULTS,
        "/bare": "<!doctype html><title>Bare</title>",
        "/page.css": STYLE,
        "/page.js": SCRIPT,
        "/worker.js": WORKER,
        "/manifest.json": json.dumps(MANIFEST),
        "/icon.png": png(192),
    }
    async with serving(pages, {"Content-Security-Policy": CSP}) as site:
        yield site


async def test_pages_come_in_two_sizes_and_two_schemes(chromium: Browser, site: Site) -> None:
    dark = "matchMedia('(prefers-color-scheme: dark)').matches"
    look = f"[innerWidth, innerHeight, {dark}, navigator.maxTouchPoints > 0]"
    phone = await new_page(chromium, scheme="dark")
    await phone.goto(site.origin)
    assert await phone.evaluate(look) == [390, 844, True, True]
    desktop = await new_page(chromium, size=DESKTOP)
    await desktop.goto(site.origin)
    assert await desktop.evaluate(look) == [1280, 800, False, False]


async def test_the_service_worker_shows_a_delivered_push(chromium: Browser, site: Site) -> None:
    page = await new_page(chromium, permissions=["notifications"])
    await page.goto(site.origin)
    await deliver_push(page, "Your visit")
    await site.wait_for_post("/shown", "Your visit")
    titles = "navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.map(n => n.title))"
    assert await page.evaluate(titles) == ["Your visit"]


async def test_axe_works_under_a_strict_csp(chromium: Browser, site: Site) -> None:
    page = await new_page(chromium)
    await page.goto(site.origin)
    assert await axe_violations(page) == []
    await page.goto(f"{site.origin}/faults")
    found = await axe_violations(page)
    rules = {line.partition(":")[0] for line in found}
    assert rules == {"color-contrast-enhanced", "image-alt", "target-size"}
    assert any(line.startswith("image-alt: img: Fix any") for line in found)


async def test_installability_is_reported_with_its_reasons(tmp_path: Path, site: Site) -> None:
    assert await installability_errors(tmp_path / "good", site.origin) == []
    assert await installability_errors(tmp_path / "bare", f"{site.origin}/bare") == ["no-manifest"]


async def test_a_chromium_that_no_longer_answers_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without that, the test run would wait for it for ever."""
    monkeypatch.setattr(helpers, "SECONDS", 2)
    async with chromium() as browser:
        session = await browser.new_browser_cdp_session()
        found = await session.send("SystemInfo.getProcessInfo")
        [process] = [each["id"] for each in found["processInfo"] if each["type"] == "browser"]
        os.kill(process, signal.SIGSTOP)
        with pytest.raises(TimeoutError):
            await new_page(browser)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_a_chromium_that_does_not_answer_at_first_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    launched: list[str] = []
    launch = BrowserType.launch

    async def freezes_once(kind: BrowserType, *, args: list[str], **options: Any) -> Browser:
        browser = await launch(kind, args=args, **options)
        launched.append(args[-1])
        if len(launched) == 1:
            session = await browser.new_browser_cdp_session()
            for each in (await session.send("SystemInfo.getProcessInfo"))["processInfo"]:
                if each["type"] == "browser":
                    os.kill(each["id"], signal.SIGSTOP)
        return browser

    monkeypatch.setattr(helpers, "SECONDS", 5)
    monkeypatch.setattr(BrowserType, "launch", freezes_once)
    async with chromium() as browser:
        page = await new_page(browser)
        assert await page.evaluate("1 + 1") == 2
    assert len(launched) == 2
