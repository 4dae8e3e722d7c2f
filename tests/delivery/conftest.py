"""Fixture for the tests of delivery: the scene."""

from tests.reminders.scene import scene

__all__ = ["scene"]
