"""The scene, for every test of reminders that asks for it."""

from tests.reminders.scene import scene

__all__ = ["scene"]
