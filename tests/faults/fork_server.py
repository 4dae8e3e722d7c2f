"""A warm process that forks a worker for each job, so that the slow imports happen once.

Jobs come as lines of JSON on stdin. For each, it prints a line when the job has started (its process id) and one when
it has ended (its report, or the signal that killed it). A job to rehearse runs in this process itself, so that
everything made at first use is already made.
"""

import asyncio
import gc
import json
import os
import selectors
import sys
import traceback
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from server.channels.text import TextChannel
from tests.faults.worker import Job, live


@dataclass
class Child:
    job: str
    pid: int
    output: bytearray = field(default_factory=bytearray)


class ForkServer:
    def __init__(self, jobs: BinaryIO, answers: BinaryIO) -> None:
        self.jobs, self.answers = jobs, answers
        self.selector = selectors.DefaultSelector()
        self.selector.register(jobs, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until stdin ends."""
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is not self.jobs:
                    self._hear(key.fd, key.data)
                elif line := self.jobs.readline():
                    self._start(json.loads(line))
                else:
                    return

    def _start(self, message: dict[str, Any]) -> None:
        if message["rehearse"]:
            asyncio.run(live(Job.read(message), lambda _: None))
            gc.freeze()
            self._answer({"job": message["job"], "signal": 0, "lines": ["done"]})
            return
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            _be_a_worker(message, theirs)
        os.close(theirs)
        self.selector.register(ours, selectors.EVENT_READ, Child(message["job"], pid))
        self._answer({"job": message["job"], "pid": pid})

    def _hear(self, fd: int, child: Child) -> None:
        if more := os.read(fd, 65536):
            child.output += more
            return
        self.selector.unregister(fd)
        os.close(fd)
        _, status = os.waitpid(child.pid, 0)
        by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        self._answer({"job": child.job, "signal": by, "lines": child.output.decode().splitlines()})

    def _answer(self, message: dict[str, Any]) -> None:
        self.answers.write(json.dumps(message).encode() + b"\n")
        self.answers.flush()


def _be_a_worker(message: dict[str, Any], to: int) -> None:
    """Never returns."""

    def report(line: str) -> None:
        os.write(to, line.encode() + b"\n")  # unbuffered, so that nothing written before a kill is lost

    gc.disable()  # the process does not live that long
    try:
        asyncio.run(live(Job.read(message), report))
        report("done")
    except BaseException:
        report("error " + traceback.format_exc().replace("\n", " | "))
    finally:
        os._exit(0)


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)  # the workers' logs
    jobs = os.fdopen(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    TextChannel("json://127.0.0.1:1/{to}")  # this imports all of its providers
    ForkServer(jobs, answers).run()


if __name__ == "__main__":
    main()
