"""Fixture for the tests of check-ins: a visit."""

from tests.appointments.scene import visit

__all__ = ["visit"]
