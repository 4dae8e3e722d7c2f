"""Fixtures for the tests of appointments: one transaction, and a visit."""

from tests.appointments.scene import db, visit

__all__ = ["db", "visit"]
