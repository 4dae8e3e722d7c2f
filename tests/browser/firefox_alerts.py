"""Taps a notification in the window in which Firefox shows it.

With `alerts.useSystemBackend` off, Firefox draws a notification in a small window of its own, even headless:
chrome://global/content/alerts/alert.xhtml, with title, text and the site's name. WebDriver's pointer does not reach
such windows. With `--remote-allow-system-access` a script can run in them and ask the window's widget for native mouse
events at a point of the screen: move, press, release. Everything that follows is Firefox's own: hit testing, a trusted
click, the alert listener, the service worker woken with `notificationclick`, and the user activation that
`clients.openWindow` requires. This window does not draw action buttons; operating systems do. We tell the choice to the
alert's listener as a system's backend would. That is one step less real, and nothing checks that the action exists. Not
covered: a phone's notification tray, and a tap after the window has closed by itself, which it does after 20 s.
"""

import json
from dataclasses import dataclass

from .bidi_connection import BiDiError, Connection, PageError
from .eventually import eventually

ALERT = "chrome://global/content/alerts/alert.xhtml"
READ = """gIsActive && !document.querySelector("#alertBox:is([clicked], [closing])") && {
  title: document.getElementById("alertTitleLabel").value,
  body: document.getElementById("alertTextLabel").textContent,
  source: document.getElementById("alertSourceLabel").value,
}"""
PRESS = """(() => {
  const element = document.getElementById(%s);
  const box = element.getBoundingClientRect();
  const x = Math.round((mozInnerScreenX + box.left + box.width / 2) * devicePixelRatio);
  const y = Math.round((mozInnerScreenY + box.top + box.height / 2) * devicePixelRatio);
  for (const step of ["MOVE", "BUTTON_DOWN", "BUTTON_UP"])
    windowUtils.sendNativeMouseEvent(x, y, windowUtils["NATIVE_MOUSE_MESSAGE_" + step], 0, 0, element);
})()"""
ACT = """(() => {
  const chosen = {action: %s, QueryInterface: ChromeUtils.generateQI(["nsIAlertAction"])};
  gAlertListener.observe(chosen, "alertclickcallback", gAlertCookie);
  close();
})()"""


@dataclass(frozen=True)
class Alert:
    """A notification on the screen."""

    title: str
    body: str
    source: str
    window: str


async def alerts(connection: Connection) -> list[Alert]:
    """All open notifications, except those that fade out after a tap."""
    tree = await connection.command("browsingContext.getTree", **{"moz:scope": "chrome"})
    windows = [context["context"] for context in tree["contexts"] if context["url"] == ALERT]
    read = [(window, await _read(connection, window)) for window in windows]
    return [Alert(**shown, window=window) for window, shown in read if shown]


def press(element: str) -> str:
    return PRESS % json.dumps(element)


def act(action: str) -> str:
    return ACT % json.dumps(action)


async def leave(connection: Connection, title: str | None, step: str) -> Alert:
    """Runs a script in the alert with this title, or in the only one, and waits for the alert to close."""

    async def find() -> Alert | None:
        found = [alert for alert in await alerts(connection) if title in (None, alert.title)]
        return found[0] if len(found) == 1 else None

    alert = await eventually(find, f"one notification on the screen, {title or 'any title'}")

    async def gone() -> bool:
        return alert not in await alerts(connection)

    await connection.evaluate(step, alert.window)
    await eventually(gone, f"the notification {alert.title!r} to go")
    return alert


async def _read(connection: Connection, window: str) -> dict[str, str] | None:
    try:
        shown: dict[str, str] | None = await connection.evaluate(READ, window)
    except (BiDiError, PageError):
        # The alert has closed, or has not loaded yet.
        return None
    return shown
