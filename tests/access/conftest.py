"""Fixtures for the tests of access: an authenticator, and pairing codes."""

from tests.access.scene import issue, key

__all__ = ["issue", "key"]
