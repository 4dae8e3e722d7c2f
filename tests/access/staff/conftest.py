"""A staff account with its secret, for every test of staff that asks for it."""

from tests.access.staff.scene import light_hashing, secret

__all__ = ["light_hashing", "secret"]
