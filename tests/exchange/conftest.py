"""A patient who has lived through something, for every test of files that asks for it."""

from tests.exchange.scene import lived

__all__ = ["lived"]
