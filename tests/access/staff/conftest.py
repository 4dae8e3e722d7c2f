"""Fixtures for the tests of staff accounts: the TOTP secret of an account, and light hashing."""

from tests.access.staff.scene import light_hashing, secret

__all__ = ["light_hashing", "secret"]
