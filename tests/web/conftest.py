"""Fixture for the tests of the web: the assets."""

from tests.web.scene import assets

__all__ = ["assets"]
