"""`make lighthouse`: a first page, Home and a question on a phone.

Each figure is the median of three runs, as Lighthouse advises. It prints one line of JSON for each page, and exits with
1 if one misses its aim.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.async_api import async_playwright

from server import crypto
from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.browser.people import join
from tests.browser.running import House, open_house

VERSION = "12.8.2"
RUNS = 3
AIMS = {"accessibility": 100, "performance": 95, "best-practices": 100}
# The parts of the performance score, in ms except for the layout shift.
PARTS = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "speed-index")
SHIFT = "cumulative-layout-shift"


def main() -> int:
    crypto.use(crypto.new_keyring())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "house").mkdir()
        with open_house(folder / "house") as house:
            short = _look(house, folder, "/join")
            check_in = asyncio.run(_sign_in(house, folder))
            return 1 if short + sum(_look(house, folder, path) for path in ("/", check_in)) else 0


async def _sign_in(house: House, folder: Path) -> str:
    """Signs Rosa in, in the browser that Lighthouse opens next. A question waits for her."""
    async with async_playwright() as playwright, house.cleared() as site:
        browser = await playwright.chromium.launch_persistent_context(
            folder / "browser", executable_path=CHROMIUM, args=ARGUMENTS, base_url=site.base_url
        )
        check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als")
        await join(browser.pages[0], site, site.cast.rosa)
        await browser.close()
        return f"/check-ins/{check_in.id}/q/breathing?who=self"


def _look(house: House, folder: Path, path: str) -> int:
    """The number of aims that this page misses."""
    runs = [_scores(house.setup.base_url + path, folder) for _ in range(RUNS)]
    found = {name: median(scores[name] for scores in runs) for name in AIMS}
    print(json.dumps({"page": path, **found}), flush=True)
    return sum(found[name] < aim for name, aim in AIMS.items())


def _scores(url: str, folder: Path) -> dict[str, int]:
    """Category → 0 to 100, on Lighthouse's own phone and connection."""
    flags = [
        "--headless=new",
        f"--user-data-dir={folder / 'browser'}",
        *(each for each in ARGUMENTS if " " not in each),
    ]
    command = ["npx", "--yes", f"lighthouse@{VERSION}", url, "--quiet", "--output=json"]
    command += [f"--chrome-flags={' '.join(flags)}", f"--only-categories={','.join(AIMS)}"]
    command += [f"--output-path={folder / 'report.json'}"]
    subprocess.run(command, env=os.environ | {"CHROME_PATH": CHROMIUM}, cwd=folder, check=True, timeout=300)
    report = json.loads((folder / "report.json").read_text())
    assert report["finalDisplayedUrl"] == url, report["finalDisplayedUrl"]
    for name, audit in report["audits"].items():
        if audit.get("score") not in (None, 1) and audit["scoreDisplayMode"] == "binary":
            print(f"  {name}: {audit['title']}", file=sys.stderr)
    parts = {name: round(report["audits"][name]["numericValue"]) for name in PARTS}
    shift = round(report["audits"][SHIFT]["numericValue"], 3)
    print(f"  {parts}, {SHIFT} {shift}", file=sys.stderr)
    return {name: round(100 * category["score"]) for name, category in report["categories"].items()}


if __name__ == "__main__":
    sys.exit(main())
