"""Fixture for the tests of escalation: the on-call rota."""

from tests.flags.escalation.scene import rota

__all__ = ["rota"]
