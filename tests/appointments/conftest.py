"""One transaction, for every test of appointments that asks for it."""

from tests.appointments.scene import db

__all__ = ["db"]
