"""Fixtures for the tests of devices: the scene, and a life that goes on while the clock is wrong."""

from tests.faults.wrong_clock import running
from tests.reminders.scene import scene

__all__ = ["running", "scene"]
