"""Worker processes as the tests start them: requested from a fork server, awaited, stopped and resumed."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from tests.faults.worker import Job

LIVES_AT_MOST = 120.0  # seconds


@dataclass(frozen=True)
class Lived:
    """What a worker process left behind."""

    signal: int
    lines: list[str]

    @property
    def points(self) -> list[str]:
        """What each kill point was, in order. The first is number 1."""
        return [line.split(" ", 2)[2] for line in self.lines if line.startswith("point ")]

    @property
    def last_seen(self) -> datetime:
        return datetime.fromisoformat([line for line in self.lines if line.startswith("at ")][-1][3:])

    @property
    def ended_well(self) -> bool:
        return bool(self.lines) and self.lines[-1] == "done"


class Running:
    """A worker process that may still be running."""

    def __init__(self) -> None:
        self.pid: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._lived: asyncio.Future[Lived] = asyncio.get_running_loop().create_future()

    async def lived(self) -> Lived:
        async with asyncio.timeout(LIVES_AT_MOST):
            return await self._lived

    def hear(self, message: dict[str, Any]) -> None:
        if "pid" in message:
            self.pid.set_result(message["pid"])
        else:
            self._lived.set_result(Lived(message["signal"], message["lines"]))


class Workers:
    """The tests' side of a fork server."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._numbers = process, count()
        self._running: dict[str, Running] = {}

    def start(self, job: Job, rehearse: bool = False) -> Running:
        name, running = str(next(self._numbers)), Running()
        self._running[name] = running
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job.written() | {"job": name, "rehearse": rehearse}).encode() + b"\n")
        return running

    async def live(self, job: Job) -> Lived:
        return await self.start(job).lived()

    async def rehearse(self, job: Job) -> None:
        """Runs the job in the fork server itself once, so that its children start warm.

        Threads would not survive the fork.
        """
        unheard = replace(job, services={}, settings=replace(job.settings, text_url=""))
        await self.start(unheard, rehearse=True).lived()

    async def listen(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            message = json.loads(line)
            self._running[message["job"]].hear(message)


@asynccontextmanager
async def fork_server() -> AsyncIterator[Workers]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.fork_server", stdin=pipe, stdout=pipe, limit=2**24
    )
    workers = Workers(process)
    listening = asyncio.create_task(workers.listen())
    yield workers
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()
    await listening
