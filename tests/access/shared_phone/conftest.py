"""Fixtures for the tests of a phone with several patients."""

from tests.access.shared_phone.scene import joins_for, phone

__all__ = ["joins_for", "phone"]
