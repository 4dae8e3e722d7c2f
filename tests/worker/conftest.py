"""A worker, for every test that asks for one."""

from tests.worker.scene import worker

__all__ = ["worker"]
