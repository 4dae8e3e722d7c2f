"""The scene, and a life that goes on while the clock is wrong, for every test of devices that asks for them."""

from tests.faults.wrong_clock import running
from tests.reminders.scene import scene

__all__ = ["running", "scene"]
