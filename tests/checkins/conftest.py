"""A visit, for every test of check-ins that asks for one."""

from tests.appointments.scene import visit

__all__ = ["visit"]
