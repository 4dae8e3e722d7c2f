"""An event loop in a thread of its own, so that many tests can share what takes seconds to start."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
AT_MOST = 600.0  # seconds


class Background:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(AT_MOST)

    @contextmanager
    def keeping_open(self, opening: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """Enters and leaves the context in one task, because some contexts require it."""
        opened: asyncio.Future[T] = self.run(_future())
        leave = self.run(_event())

        async def stay_open() -> None:
            try:
                async with opening as made:
                    opened.set_result(made)
                    await leave.wait()
            except BaseException as error:
                if not opened.done():
                    opened.set_exception(error)
                raise

        task = asyncio.run_coroutine_threadsafe(stay_open(), self._loop)
        yield self.run(_wait_for(opened))
        self._loop.call_soon_threadsafe(leave.set)
        task.result(AT_MOST)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _future() -> "asyncio.Future[Any]":
    return asyncio.get_running_loop().create_future()


async def _event() -> asyncio.Event:
    return asyncio.Event()


async def _wait_for(future: "asyncio.Future[T]") -> T:
    return await future


@contextmanager
def background() -> Iterator[Background]:
    loop = Background()
    yield loop
    loop.stop()
