"""Fixture for the tests of files: a patient with a history."""

from tests.exchange.scene import lived

__all__ = ["lived"]
