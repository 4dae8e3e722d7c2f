"""A new phone, for every test of joining that asks for one."""

from tests.access.joining.scene import phone

__all__ = ["phone"]
