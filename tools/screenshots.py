"""Takes the pictures of the README and the manifest: `.venv/bin/python tools/screenshots.py`.

Starts a fresh demo on a free port in a temporary folder, walks through it as Rosa and as staff do.
"""

import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

OUT = Path(__file__).parent.parent / "static" / "screenshots"
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        process, base, code, link = start(Path(folder))
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
                )
                await as_patient(browser, base, code)
                await as_staff(browser, base, link)
        finally:
            process.terminate()
            process.wait(15)


def start(folder: Path) -> "tuple[subprocess.Popen[str], str, str, str]":
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {
        "PORT": str(port),
        "INTERLUDE_DATABASE_URL": f"sqlite:///{folder}/demo.db",
        "INTERLUDE_SECRET_KEYS": f"{folder}/keys.json",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "server.cli", "run"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    output = ""
    for line in process.stdout or ():
        output += line
        if match := re.search(r"pairing code\s+(\d{4} \d{4})", output):
            link = re.search(r"http\S+/staff/link#\S+", output)
            assert link
            return process, f"http://localhost:{port}", match[1], link[0]
    raise RuntimeError(output)


async def as_patient(browser: Browser, base: str, code: str) -> None:
    page = await (await browser.new_context(**PHONE)).new_page()  # type: ignore[arg-type]
    await page.goto(f"{base}/join")
    await page.fill("#code", code)
    await page.click("button.main")
    await page.click("button.main")
    await page.goto(f"{base}/")
    await keep(page, "home")
    await page.click("a.main")
    if "/same" in page.url:  # the question itself is what the picture is of
        await page.wait_for_timeout(800)
        await page.click("button[value=all]")
    await keep(page, "question")


async def as_staff(browser: Browser, base: str, link: str) -> None:
    page = await (await browser.new_context(**DESKTOP)).new_page()  # type: ignore[arg-type]
    await page.goto(link)
    await page.click("button.main")
    await page.wait_for_selector(".inbox")
    await keep(page, "inbox")


async def keep(page: Page, name: str) -> None:
    await page.wait_for_load_state("networkidle")
    await page.screenshot(path=OUT / f"{name}.png")
    print(f"  static/screenshots/{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
