"""One transaction, and a visit, for every test of appointments that asks for them."""

from tests.appointments.scene import db, visit

__all__ = ["db", "visit"]
