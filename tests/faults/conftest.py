"""Fixtures that take seconds, made once for each test process: a fork server, and a lane for each database."""

from collections.abc import Iterator

import pytest

from tests.databases import Postgres
from tests.faults import escalation
from tests.faults.background import Background, background
from tests.faults.crash_matrix import Matrix, calm
from tests.faults.lanes import Lane, SqliteCopies, lane, postgres_copies
from tests.faults.workers import Workers, fork_server

Stage = tuple[Lane, Matrix]


@pytest.fixture(scope="session")
def loop() -> Iterator[Background]:
    with background() as made:
        yield made


@pytest.fixture(scope="session")
def workers(loop: Background) -> Iterator[Workers]:
    with loop.keeping_open(fork_server()) as started:
        yield started


@pytest.fixture(scope="session")
def sqlite_lane(loop: Background, workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    with loop.keeping_open(lane(SqliteCopies(tmp_path_factory.mktemp("lane")), workers)) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_lane(loop: Background, workers: Workers, postgres: Postgres) -> Iterator[Lane]:
    with loop.keeping_open(lane(postgres_copies(postgres), workers)) as opened:
        yield opened


@pytest.fixture(scope="session")
def sqlite_calm(loop: Background, sqlite_lane: Lane) -> Matrix:
    return loop.run(calm(sqlite_lane))


@pytest.fixture(scope="session")
def postgres_calm(loop: Background, postgres_lane: Lane) -> Matrix:
    return loop.run(calm(postgres_lane))


@pytest.fixture(scope="session")
def sqlite_escalation(loop: Background, workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    copies = SqliteCopies(tmp_path_factory.mktemp("escalation"))
    with loop.keeping_open(lane(copies, workers, escalation.tell, escalation.END)) as opened:
        yield opened, loop.run(calm(opened))


@pytest.fixture(scope="session")
def postgres_escalation(loop: Background, workers: Workers, postgres: Postgres) -> Iterator[Stage]:
    with loop.keeping_open(lane(postgres_copies(postgres), workers, escalation.tell, escalation.END)) as opened:
        yield opened, loop.run(calm(opened))
