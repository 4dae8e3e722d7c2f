"""`make lighthouse`: a first page, Home and a question on a phone. A JSON line each; 1 when one falls short."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Cookie

from server import crypto
from tests.browser.chromium import CHROMIUM, chromium
from tests.browser.people import phone_of
from tests.browser.running import House, open_house

VERSION = "12.8.2"
AIMS = {"accessibility": 100, "performance": 95, "best-practices": 100}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"


async def signed_in(house: House) -> tuple[dict[str, str], str]:
    """Rosa's cookies, and a check-in of hers that is due."""
    async with chromium() as browser, house.cleared() as site:
        check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als")
        rosa = await phone_of(browser, site, site.cast.rosa)
        return _header(await rosa.context.cookies()), check_in.id


def _header(cookies: list[Cookie]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{cookie.get('name')}={cookie.get('value')}" for cookie in cookies)}


def scores(url: str, headers: dict[str, str], folder: Path) -> dict[str, float]:
    """Category → 0 to 100, by Lighthouse's own phone and line."""
    (folder / "headers.json").write_text(json.dumps(headers))
    command = ["npx", "--yes", f"lighthouse@{VERSION}", url, "--quiet", "--output=json"]
    command += [f"--chrome-flags={FLAGS}", f"--only-categories={','.join(AIMS)}"]
    command += [f"--extra-headers={folder / 'headers.json'}", f"--output-path={folder / 'report.json'}"]
    environment = os.environ | {"CHROME_PATH": CHROMIUM}
    subprocess.run(command, env=environment, cwd=folder, check=True, timeout=300)
    report = json.loads((folder / "report.json").read_text())
    for name, audit in report["audits"].items():
        if audit.get("score") not in (None, 1) and audit["scoreDisplayMode"] == "binary":
            print(f"  {name}: {audit['title']}", file=sys.stderr)
    return {name: round(100 * category["score"]) for name, category in report["categories"].items()}


def main() -> int:
    crypto.use(crypto.new_keyring())
    short = 0
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "house").mkdir()
        house = stack.enter_context(open_house(folder / "house"))
        headers, check_in = asyncio.run(signed_in(house))
        pages = {"/join": {}, "/": headers, f"/check-ins/{check_in}/q/breathing?who=self": headers}
        for path, signed in pages.items():
            found = scores(house.setup.base_url + path, signed, folder)
            print(json.dumps({"page": path.replace(check_in, "…"), **found}), flush=True)
            short += sum(found[name] < aim for name, aim in AIMS.items())
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
