"""The rota, for every test of escalation that asks for it."""

from tests.flags.escalation.ladder import ladder

__all__ = ["ladder"]
