"""A lane: the template of one database and its own outside services, copied afresh for each run."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from tests.cast import NOW
from tests.databases import Postgres
from tests.faults import due_patients
from tests.faults.services import Services
from tests.faults.worker import Job
from tests.faults.workers import Workers

Tell = Callable[[str, Services], Awaitable[None]]


@dataclass(frozen=True)
class SqliteCopies:
    folder: Path

    @property
    def template_url(self) -> str:
        return f"sqlite:///{self.folder / 'template.db'}"

    @contextmanager
    def copied(self) -> Iterator[str]:
        path = self.folder / f"{uuid4().hex}.db"
        shutil.copy(self.folder / "template.db", path)
        yield f"sqlite:///{path}"
        for left in self.folder.glob(f"{path.name}*"):
            left.unlink()


@dataclass(frozen=True)
class PostgresCopies:
    server: Postgres
    name: str

    @property
    def template_url(self) -> str:
        return self.server.url(self.name)

    @contextmanager
    def copied(self) -> Iterator[str]:
        name = f"f{uuid4().hex}"
        self.server.copy(self.name, name)
        yield self.server.url(name)
        self.server.sql(f"DROP DATABASE {name} WITH (FORCE)")


def postgres_copies(server: Postgres) -> PostgresCopies:
    name = f"lane{uuid4().hex}"
    server.sql(f"CREATE DATABASE {name}")
    return PostgresCopies(server, name)


@dataclass
class Lane:
    copies: SqliteCopies | PostgresCopies
    services: Services
    workers: Workers
    end: datetime = due_patients.END

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Job]:
        """The first job of a new run. Nothing has been sent and nothing has happened yet."""
        self.services.forget()
        with self.copies.copied() as url:
            settings = due_patients.settings_for(url, self.services)
            yield Job(settings, self.services.ports, NOW, self.end)


@asynccontextmanager
async def lane(
    copies: SqliteCopies | PostgresCopies,
    workers: Workers,
    tell: Tell = due_patients.tell,
    end: datetime = due_patients.END,
) -> AsyncIterator[Lane]:
    """`tell` fills the template with what the worker will handle until `end`."""
    async with Services().running() as services:
        await tell(copies.template_url, services)
        made = Lane(copies, services, workers, end)
        async with made.fresh() as job:
            await workers.rehearse(job)
        yield made
