"""Fixture for the tests of repairs: a life that goes on while the clock is wrong."""

from tests.faults.wrong_clock import running

__all__ = ["running"]
