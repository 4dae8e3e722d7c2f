"""WebKitGTK under W3C WebDriver: one window of our own on a screen of its own, and what tests ask of its page."""

import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.browser.eventually import eventually
from tests.ports import free_port

DRIVER, SCREEN = "/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"
# Debian's own Python: no other has the bindings to GTK.
PYTHON, WINDOW = "/usr/bin/python3", str(Path(__file__).with_name("window.py"))
PHONE, DESKTOP = (390, 844), (1280, 800)
SECONDS = 30  # the longest wait for a page; the driver may itself hang, so its client waits hardly longer
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that the standard gives to a reference
# Without a test run that was killed nobody would end them.
ENDS_WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "KILL")


class WebDriverError(Exception):
    """The standard's word for what went wrong, such as "stale element reference"."""


class Page:
    """The page of one window."""

    def __init__(self, client: httpx.AsyncClient, session: str, base_url: str) -> None:
        self._client, self._session, self._base_url = client, f"/session/{session}", base_url

    async def go(self, path: str) -> None:
        await self._post("/url", {"url": path if "://" in path else self._base_url + path})

    async def path(self) -> str:
        return str(await self.run("return location.pathname"))

    async def run(self, script: str, *arguments: Any) -> Any:
        """What the body of a function returns; where that is a promise, what it comes to."""
        return await self._post("/execute/sync", {"script": script, "args": list(arguments)})

    async def click(self, element: Any) -> None:
        """As a finger does: it fails where something lies above the element."""
        await self._post(f"/element/{element[ELEMENT]}/click", {})

    async def type(self, element: Any, words: str) -> None:
        await self._post(f"/element/{element[ELEMENT]}/value", {"text": words})

    async def close(self) -> None:
        with contextlib.suppress(WebDriverError, httpx.HTTPError):
            await self._client.delete(self._session)

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        return _value(await self._client.post(self._session + path, json=body))


def _value(answer: httpx.Response) -> Any:
    value = answer.json()["value"]
    if answer.status_code != 200:
        raise WebDriverError(value["error"], value["message"])
    return value


@contextlib.asynccontextmanager
async def window(base_url: str, size: tuple[int, int] = PHONE) -> AsyncIterator[Page]:
    """A new window that knows nobody. The driver can drive one at a time, so each has a driver of its own."""
    port = free_port()
    with _screen() as display, _process(DRIVER, f"--port={port}", env={"DISPLAY": display}):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS + 5) as client:
            await eventually(lambda: _answers(client), "WebKitWebDriver to answer")
            session = await _session(client, size)
            page = Page(client, session, base_url)
            try:
                yield page
            finally:
                await page.close()


async def _session(client: httpx.AsyncClient, size: tuple[int, int]) -> str:
    wanted = {
        "acceptInsecureCerts": True,
        "webkitgtk:browserOptions": {"binary": PYTHON, "args": [WINDOW, *map(str, size)]},
        "timeouts": {"pageLoad": SECONDS * 1000, "script": SECONDS * 1000, "implicit": 0},
    }
    session = _value(await client.post("/session", json={"capabilities": {"alwaysMatch": wanted}}))
    return str(session["sessionId"])


async def _answers(client: httpx.AsyncClient) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return (await client.get("/status")).status_code == 200
    return False


@contextlib.contextmanager
def _screen() -> Iterator[str]:
    """The name of a screen that nobody sees."""
    here, there = os.pipe()
    with _process(
        SCREEN, "-displayfd", str(there), "-screen", "0", "1280x1024x24", "-nolisten", "tcp", pass_fds=(there,)
    ):
        os.close(there)
        with os.fdopen(here) as told:
            yield f":{told.readline().strip()}"


@contextlib.contextmanager
def _process(*command: str, env: dict[str, str] | None = None, pass_fds: tuple[int, ...] = ()) -> Iterator[None]:
    process = subprocess.Popen(
        [*ENDS_WITH_US, *command],
        env=os.environ | (env or {}),
        pass_fds=pass_fds,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()
