"""A key, and pairing codes, for every test of access that asks for them."""

from tests.access.scene import issue, key

__all__ = ["issue", "key"]
