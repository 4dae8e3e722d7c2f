"""Debian's Chromium under Playwright, with pushes, installability and axe, for which Playwright has no call.

The `chromium` command is a shell script that may complain about /dev/shm or D-Bus on stderr. Playwright hides that
unless DEBUG=pw:browser is set. The script ends in exec, so closing kills the browser.
"""

import asyncio
import contextlib
import os
import signal
import uuid
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Error,
    Page,
    Playwright,
    ViewportSize,
    async_playwright,
)

from . import tongues

CHROMIUM = "/usr/bin/chromium"
SECONDS = 30
STARTS = 3
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
# The address bar's two pages take 0.6 CPU seconds in each new window. What follows is what Playwright switches off,
# because Chromium obeys only the last list.
WITHOUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *(
        "HttpsFirstBalancedModeAutoEnable",
        "LensOverlay",
        "MediaRouter",
        "PaintHolding",
        "ThirdPartyStoragePartitioning",
    ),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch"),
)
ARGUMENTS = [
    f"--disable-features={','.join(WITHOUT)}",
    *("--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--use-fake-device-for-media-stream",
    # Requests that the switches above do not prevent find no host.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
ACTIVATED = """navigator.serviceWorker.ready.then(({active}) => new Promise(done => {
  const look = () => active.state === "activated" && done(null);
  active.addEventListener("statechange", look);
  look();
}))"""
# Chromium forgets what is shown while some page reads the list, so this waits its turn as the pages do.
NOTIFICATIONS = """navigator.serviceWorker.ready.then(worker =>
  navigator.locks.request("notifications", () => worker.getNotifications()))"""
AXE_RUN = """async only => {
  const names = axe.getRules(["wcag2aaa", "wcag22aa"]).map(rule => rule.ruleId);
  // Voice control says what it reads: the accessible name begins with that.
  const stricter = [...names, "label-content-name-mismatch"].map(rule => [rule, {enabled: true}]);
  const which = only ? {runOnly: only} : {rules: Object.fromEntries(stricter)};
  const results = await axe.run({...which, resultTypes: ["violations"]});
  return results.violations.flatMap(({id, nodes}) =>
    nodes.map(({target, failureSummary}) => [id, target.join(" "), failureSummary]));
}"""


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        mark = f"--started-for={uuid.uuid4().hex}"
        browser = await _start(playwright, mark)
        try:
            yield browser
        finally:
            await _close(browser, mark)


async def _start(playwright: Playwright, mark: str) -> Browser:
    """A Chromium that opens a page. Rarely, one that has just started never answers: another one is started then."""
    for _ in range(STARTS):
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, mark], timeout=SECONDS * 1000
        )
        with contextlib.suppress(TimeoutError, Error):
            async with asyncio.timeout(SECONDS):
                page = await browser.new_page()
                await page.goto("about:blank")
                await page.close()
                return browser
        _kill(mark)
    raise AssertionError(f"Chromium was started {STARTS} times and never opened a page")


async def _close(browser: Browser, mark: str) -> None:
    """Playwright waits without limit for a browser that does not answer, so such a one is killed."""
    try:
        async with asyncio.timeout(SECONDS):
            await browser.close()
    except TimeoutError:
        _kill(mark)


def _kill(mark: str) -> None:
    """Kills the browser that was started with this argument."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                os.kill(int(folder.name), signal.SIGKILL)


async def new_page(
    browser: Browser,
    *,
    size: ViewportSize = PHONE,
    scheme: Literal["light", "dark"] = "light",
    permissions: list[str] | None = None,
    **options: Any,
) -> Page:
    """A page in a context of its own. At PHONE size it has a touch screen. `options` go to `Browser.new_context`."""
    mobile = size == PHONE
    if mobile:
        options.setdefault("locale", tongues.of_phones())
    async with asyncio.timeout(SECONDS):
        context = await browser.new_context(
            viewport=size,
            is_mobile=mobile,
            has_touch=options.pop("has_touch", mobile),
            color_scheme=scheme,
            permissions=permissions,
            **options,
        )
        return await _page_of(context)


async def _page_of(context: BrowserContext) -> Page:
    context.set_default_timeout(SECONDS * 1000)
    return context.pages[0] if context.pages else await context.new_page()


async def service_worker_is_active(page: Page) -> None:
    """Waits until the page's service worker is activated: `ready` alone may mean that it still activates."""
    async with asyncio.timeout(SECONDS):
        await page.evaluate(ACTIVATED)


async def deliver_push(page: Page, payload: str) -> None:
    """Delivers a decrypted push to the page's service worker. It needs no subscription."""
    async with asyncio.timeout(SECONDS):
        await page.evaluate(ACTIVATED)  # Chromium drops a push to one that still activates
        session = await page.context.new_cdp_session(page)
        try:
            registration = await _registration_of(session, page.url)
            origin = await page.evaluate("location.origin")
            message = {"origin": origin, "registrationId": registration, "data": payload}
            await session.send("ServiceWorker.deliverPushMessage", message)
        finally:
            await session.detach()


async def _registration_of(session: CDPSession, url: str) -> str:
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def note(event: dict[str, Any]) -> None:
        covering = [each for each in event["registrations"] if url.startswith(each["scopeURL"])]
        if covering and not found.done():
            found.set_result(max(covering, key=lambda each: len(each["scopeURL"]))["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    await session.send("ServiceWorker.enable")
    return await found


async def installability_errors(user_data_dir: Path, url: str) -> list[str]:
    """Why Chromium would not offer to install the page. It never offers that in a context that keeps no data."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            user_data_dir, executable_path=CHROMIUM, args=ARGUMENTS, timeout=SECONDS * 1000
        )
        try:
            page = await _page_of(context)
            await page.goto(url)
            session = await context.new_cdp_session(page)
            answer = await session.send("Page.getInstallabilityErrors")
            return [error["errorId"] for error in answer["installabilityErrors"]]
        finally:
            await context.close()


async def axe_violations(page: Page, only: list[str] | None = None) -> list[str]:
    """A line "rule: target: summary" for each element that breaks a rule of axe, or one of the rules in `only`.

    The rules for WCAG AAA, WCAG 2.2 and voice control are included, which are off by default. The page's CSP does not
    apply.
    """
    async with asyncio.timeout(SECONDS):
        if await page.evaluate("typeof axe === 'undefined'"):
            await page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
        found = await page.evaluate(AXE_RUN, only)
    return [f"{rule}: {target}: {_one_line(summary)}" for rule, target, summary in found]


def _one_line(summary: str) -> str:
    return "; ".join(line.strip() for line in summary.splitlines() if line.strip())
