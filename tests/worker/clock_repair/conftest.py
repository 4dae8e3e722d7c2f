"""A life that goes on while the clock is wrong, for every test of repairs that asks for it."""

from tests.faults.wrong_clock import running

__all__ = ["running"]
