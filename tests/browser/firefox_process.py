"""The Firefox process: a temporary profile, nothing left behind, and no connection to the outside."""

import asyncio
import contextlib
import json
import os
import re
import signal
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

FIREFOX = "/usr/bin/firefox-esr"
START_SECONDS = 30
Pref = str | int | bool

# Nobody listens at this proxy, so requests that the settings below do not prevent cannot leave the machine. Loopback
# bypasses it.
# round it.
NOWHERE: dict[str, Pref] = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.failover_direct": False,
    "network.trr.mode": 5,
}
# Firefox sets most preferences for automation itself. These are read before that, or are not among them.
QUIET: dict[str, Pref] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "messaging-system.rsexperimentloader.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
}
# Firefox draws its own alert window only without a system backend. A headless Firefox has no other.
NOTIFYING: dict[str, Pref] = {
    "alerts.useSystemBackend": False,
    # With the automation's default, a worker's `client.focus()` would not bring its tab to the front.
    "focusmanager.testmode": False,
    "permissions.default.desktop-notification": 1,
}


def push_prefs(ws_url: str) -> dict[str, Pref]:
    return {
        "dom.push.serverURL": ws_url,
        "dom.push.testing.allowInsecureServerURL": True,
        "dom.push.connection.enabled": True,
        # Reconnect within moments once the service is back, instead of after 5, 10 or 20 seconds.
        "dom.push.retryBaseInterval": 200,
        "dom.push.pingInterval": 1000,
    }


@contextlib.asynccontextmanager
async def firefox_process(prefs: Mapping[str, Pref]) -> AsyncIterator[str]:
    """Yields the address of the browser's WebDriver BiDi socket."""
    with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as home:
        profile = Path(home, "profile")
        profile.mkdir()
        write_prefs(profile, NOWHERE | QUIET | NOTIFYING | dict(prefs))
        process = await _start(home, profile)
        try:
            async with _listening(process) as address:
                yield address
        finally:
            # Kill the whole group: Firefox's content processes would briefly survive their parent's SIGKILL.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def write_prefs(profile: Path, prefs: Mapping[str, Pref]) -> None:
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in prefs.items()]
    (profile / "user.js").write_text("".join(lines))


async def _start(home: str, profile: Path) -> asyncio.subprocess.Process:
    """Starts Firefox with its own home, because as root it refuses a home that belongs to somebody else.

    A parent-death signal ends it, because a killed test run cannot tidy up.
    """
    return await asyncio.create_subprocess_exec(
        *("/usr/bin/setpriv", "--pdeathsig", "KILL", FIREFOX),
        *("--headless", "--no-remote", "--profile", str(profile)),
        *("--remote-debugging-port", "0", "--remote-allow-system-access"),
        env=os.environ | {"HOME": home, "MOZ_CRASHREPORTER_DISABLE": "1", "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


@contextlib.asynccontextmanager
async def _listening(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
    assert process.stderr
    last_words: deque[str] = deque(maxlen=20)
    try:
        async with asyncio.timeout(START_SECONDS):
            address = await _announced(process.stderr, last_words)
    except (TimeoutError, EOFError) as error:
        raise RuntimeError("Firefox did not start:\n" + "".join(last_words)) from error
    drain = asyncio.create_task(_drain(process.stderr))
    try:
        yield address
    finally:
        drain.cancel()


async def _announced(stderr: asyncio.StreamReader, last_words: deque[str]) -> str:
    async for line in stderr:
        last_words.append(line.decode(errors="replace"))
        if found := re.search(r"BiDi listening on (ws://\S+)", last_words[-1]):
            return found[1]
    raise EOFError


async def _drain(stderr: asyncio.StreamReader) -> None:
    """Reads the output, because a full pipe would stop the browser."""
    while await stderr.read(65536):
        pass
