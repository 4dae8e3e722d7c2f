"""Fixture for the tests of joining: a new phone."""

from tests.access.joining.scene import phone

__all__ = ["phone"]
