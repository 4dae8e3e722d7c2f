"""Stock Firefox, headless, driven over raw WebDriver BiDi: no geckodriver, no Playwright.

async with Firefox(push=service) as firefox:
    await firefox.goto("http://localhost:8000/")
    await firefox.click("#subscribe")
"""

import base64
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from .bidi_connection import BiDiError, Connection, PageError, connect
from .eventually import eventually
from .firefox_alerts import Alert, act, alerts, leave, press
from .firefox_process import Pref, firefox_process, push_prefs
from .push_service import LocalPushService

NOTIFICATIONS = """navigator.serviceWorker.ready.then(worker => worker.getNotifications()).then(all =>
  all.map(({title, body, tag, data, actions}) =>
    ({title, body, tag, data, actions: actions.map(({action}) => action)})))"""


@dataclass(frozen=True)
class Tab:
    id: str
    url: str


class Firefox:
    """One browser with a profile of its own. Methods act on the current tab, which is the first one at the start."""

    def __init__(self, push: LocalPushService | None = None, prefs: Mapping[str, Pref] | None = None) -> None:
        self._prefs = (push_prefs(push.ws_url) if push else {}) | dict(prefs or {})
        self._stack = contextlib.AsyncExitStack()
        self.connection: Connection
        self.tab: str

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            address = await stack.enter_async_context(firefox_process(self._prefs))
            self.connection = await stack.enter_async_context(connect(address))
            self.tab = (await self.tabs())[0].id
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    # Pages

    async def goto(self, url: str) -> None:
        """Opens an address. Returns when the page and everything it loads are there."""
        await self.connection.command("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        return await self.connection.evaluate(expression, self.tab)

    async def wait_for(self, condition: str, seconds: float = 10) -> Any:
        """Waits until an expression is truthy, even across navigations, and returns its value."""

        async def look() -> Any:
            try:
                return await self.evaluate(condition)
            except (BiDiError, PageError) as error:
                # The page may be about to unload, or not have the name yet.
                last.append(error)
                return None

        last: list[Exception] = []
        try:
            return await eventually(look, condition, seconds)
        except AssertionError as error:
            if last:
                error.add_note(f"last error: {last[-1]}")
            raise

    async def text(self, css: str) -> str:
        """The visible text of the first match, once it exists."""
        found = await self.wait_for(f"{_first(css)} && [{_first(css)}.innerText]")
        return str(found[0])

    async def notifications(self) -> list[dict[str, Any]]:
        """The notifications of this page's service worker: title, body, tag, data, action names."""
        shown: list[dict[str, Any]] = await self.evaluate(NOTIFICATIONS)
        return shown

    async def alerts(self) -> list[Alert]:
        """The notifications on the screen."""
        return await alerts(self.connection)

    async def tap_notification(self, title: str | None = None, action: str | None = None) -> Alert:
        """Taps the notification with this title, or the only one. `firefox_alerts` says how realistic that is."""
        step = act(action) if action else press("alertTitleLabel")
        return await leave(self.connection, title, step)

    async def dismiss_notification(self, title: str | None = None) -> Alert:
        return await leave(self.connection, title, press("alert-close"))

    async def screenshot(self) -> bytes:
        """The viewport as PNG."""
        answer = await self.connection.command("browsingContext.captureScreenshot", context=self.tab)
        return base64.b64decode(answer["data"])

    async def viewport(self, width: int = 390, height: int = 844) -> None:
        """Sets the size for every tab, including those that a tap on a notification opens later."""
        size = {"width": width, "height": height}
        everywhere = ["default"]
        await self.connection.command("browsingContext.setViewport", userContexts=everywhere, viewport=size)

    # Input goes through the browser's own event path, so that it counts as a user gesture.

    async def click(self, css: str) -> None:
        await self.wait_for(f"{_first(css)} && ({_first(css)}.scrollIntoView({{block: 'center'}}), true)")
        nodes = await self.connection.command(
            "browsingContext.locateNodes", context=self.tab, locator={"type": "css", "value": css}
        )
        element = {"type": "element", "element": {"sharedId": nodes["nodes"][0]["sharedId"]}}
        to_centre = {"type": "pointerMove", "x": 0, "y": 0, "origin": element}
        press, release = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        await self._act({"type": "pointer", "id": "mouse", "actions": [to_centre, press, release]})

    async def type_text(self, css: str, text: str) -> None:
        await self.click(css)
        strokes = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        await self._act({"type": "key", "id": "keyboard", "actions": strokes})

    async def _act(self, source: dict[str, Any]) -> None:
        await self.connection.command("input.performActions", context=self.tab, actions=[source])

    # Tabs

    async def tabs(self) -> list[Tab]:
        tree = await self.connection.command("browsingContext.getTree", maxDepth=0)
        return [Tab(context["context"], context["url"]) for context in tree["contexts"]]

    async def switch_to(self, url: str, seconds: float = 10) -> None:
        """Waits for a tab at exactly this URL and makes it current. The page may still be loading."""

        async def look() -> str | None:
            return next((tab.id for tab in await self.tabs() if tab.url == url), None)

        self.tab = await eventually(look, f"a tab at {url}", seconds)


def _first(css: str) -> str:
    return f"document.querySelector({json.dumps(css)})"
