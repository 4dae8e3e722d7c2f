"""Fixture for the tests of the worker: a worker."""

from tests.worker.scene import worker

__all__ = ["worker"]
