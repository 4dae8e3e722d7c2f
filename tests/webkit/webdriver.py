"""WebKitGTK under W3C WebDriver: one window on a screen of its own, and what tests ask of its page."""

import contextlib
import os
import select
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.browser.eventually import eventually
from tests.ports import free_port

DRIVER, SCREEN = "/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"
# Debian's own Python: no other has the GTK bindings.
PYTHON, WINDOW = "/usr/bin/python3", str(Path(__file__).with_name("window.py"))
PHONE, DESKTOP = (390, 844), (1280, 800)
SECONDS = 30  # the longest wait for a page; the driver itself may hang, so its client waits hardly longer
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the standard's name for a reference
# If a test run is killed, nobody else would end them.
ENDS_WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "KILL")


class WebDriverError(Exception):
    """The standard's name for the error, such as "stale element reference"."""


class Page:
    """The page of one window."""

    def __init__(self, client: httpx.AsyncClient, session: str, base_url: str) -> None:
        self._client, self._session, self._base_url = client, f"/session/{session}", base_url

    async def go(self, path: str) -> None:
        await self._post("/url", {"url": path if "://" in path else self._base_url + path})

    async def path(self) -> str:
        return str(await self.run("return location.pathname"))

    async def run(self, script: str, *arguments: Any) -> Any:
        """Run this as the body of a function, and return its result. A promise is awaited."""
        return await self._post("/execute/sync", {"script": script, "args": list(arguments)})

    async def click(self, element: Any) -> None:
        """Click as a finger does. It fails if something covers the element."""
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
    """A new window without cookies. A driver drives one window at a time, so each has its own."""
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
    """The name of an invisible screen."""
    here, there = os.pipe()
    with _process(
        SCREEN, "-displayfd", str(there), "-screen", "0", "1280x1024x24", "-nolisten", "tcp", pass_fds=(there,)
    ):
        os.close(there)
        assert select.select([here], [], [], SECONDS)[0], "Xvfb did not start"
        with os.fdopen(here) as output:
            yield f":{output.readline().strip()}"


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
