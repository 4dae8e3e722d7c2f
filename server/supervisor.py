"""Run web and worker side by side with one command, for a single machine."""

import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from server.access.rules import shown_code
from server.demo.invite import Invitation
from server.settings import Settings

ENTRY = [sys.executable, "-m", "server.cli"]


def side_by_side(settings: Settings, invitation: Invitation | None) -> int:
    """Run both until one ends or we are told to stop, then stop the other. Returns the exit code of the first."""
    print("  [3/3] web and worker", flush=True)
    children = [subprocess.Popen([*ENTRY, name]) for name in ("web", "worker")]  # noqa: S603
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    try:
        if _ready(settings, children[0]):
            _welcome(settings, invitation)
        return _first_to_end(children, stopped)
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(children)


def port_is_free(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(settings.listens_on())
        except OSError:
            return False
    return True


def _ready(settings: Settings, web: "subprocess.Popen[bytes]") -> bool:
    """Wait until the web process answers, however slow the machine: without the code below, nobody can sign in."""
    here = f"http://127.0.0.1:{settings.listens_on()[1]}/health/ready"
    while web.poll() is None:
        try:
            with urllib.request.urlopen(here, timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _welcome(settings: Settings, invitation: Invitation | None) -> None:
    print(f"\n  Interlude is at {settings.base_url}  (Ctrl-C stops it)\n")
    if invitation:
        print(f"  Staff, one-time sign-in ({invitation.staff_name}):\n    {invitation.link}\n")
        print(f"  A patient's phone ({invitation.patient_name}): open {settings.base_url}/join")
        print(f"  and type the pairing code  {shown_code(invitation.code)}  (for 30 minutes)\n", flush=True)


def _first_to_end(children: list["subprocess.Popen[bytes]"], stopped: threading.Event) -> int:
    while not stopped.wait(0.2):
        for child in children:
            code = child.poll()
            if code is not None:
                return code
    return 0


def _stop(children: list["subprocess.Popen[bytes]"]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
