"""Fixture for the tests of reminders: the scene."""

from tests.reminders.scene import scene

__all__ = ["scene"]
