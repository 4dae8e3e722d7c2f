"""The assets, for every test of the web that asks for them."""

from tests.web.scene import assets

__all__ = ["assets"]
