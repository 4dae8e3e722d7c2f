"""The database: one engine, one transaction per request or tick, every row in one clinic.

SQLite has one writer. Writes start with BEGIN IMMEDIATE; a lock allows one at a time in a process, and a busy timeout
limits the wait between processes. PostgreSQL needs neither.
"""

import asyncio
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)

from server.actor import Actor

BUSY_TIMEOUT = 5.0  # seconds
WORD = 20  # characters of a state, kind or role


class Moment(TypeDecorator[datetime]):
    """An aware datetime, in UTC on both databases (SQLite stores no offset)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """A random id of 32 hex characters, the maximum length of a push Topic (RFC 8030 §5.4)."""
    return uuid.uuid4().hex


def _values(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        StrEnum: Enum(StrEnum, native_enum=False, create_constraint=True, length=WORD, values_callable=_values),
    }

    id: Mapped[str] = mapped_column(String(32), primary_key=True)

    def __init__(self, **values: Any) -> None:
        self.id = values.pop("id", None) or new_id()  # first, because sealed columns are bound to it
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)


def unique_where(name: str, *columns: str, rows: str) -> Index:
    """A unique index over the rows that meet the SQL condition `rows`, on both databases."""
    where = text(rows)
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class OfClinic:
    """A row that belongs to one clinic. A session scoped to another clinic never sees it."""

    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)


@dataclass(frozen=True)
class Work:
    """What every verb of a flow needs: the transaction, who acts, and the time."""

    db: AsyncSession
    actor: Actor
    now: datetime


def scope(db: AsyncSession, clinic_id: str) -> None:
    """Limit every later query of this session to rows of this clinic."""
    db.info["clinic_id"] = clinic_id


@contextmanager
def unscoped(db: AsyncSession) -> Iterator[None]:
    """Lift the limit for the few queries that concern all clinics, such as who uses a push endpoint."""
    clinic_id = db.info.pop("clinic_id", None)
    try:
        yield
    finally:
        if clinic_id:
            db.info["clinic_id"] = clinic_id


@event.listens_for(Session, "do_orm_execute")
def _only_this_clinic(state: ORMExecuteState) -> None:
    clinic_id = state.session.info.get("clinic_id")
    if clinic_id and (state.is_select or state.is_update or state.is_delete):
        state.statement = state.statement.options(
            with_loader_criteria(OfClinic, lambda cls: cls.clinic_id == clinic_id, include_aliases=True)
        )


def has_wal_reset_fault(version: tuple[int, ...]) -> bool:
    """Whether this SQLite version can lose a commit when a WAL is reset: 3.7.0 to 3.51.2, except 3.50.7 and 3.44.6."""
    return (3, 7, 0) <= version <= (3, 51, 2) and version not in ((3, 50, 7), (3, 44, 6))


class Database:
    """An engine with two kinds of session, `reading` and `writing`; each is one transaction."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self._one_writer: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        async with self._sessions() as db:
            yield db

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end and rolls back on an exception."""
        async with self._one_writer or nullcontext(), self._sessions() as db:
            await db.connection(execution_options={"begin": "BEGIN IMMEDIATE"} if self.is_sqlite else None)
            async with _finishing(db):
                yield db

    async def close(self) -> None:
        await self.engine.dispose()


@asynccontextmanager
async def _finishing(db: AsyncSession) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        await db.rollback()
        raise
    try:
        await db.commit()
    except BaseException:
        # After a failed commit SQLAlchemy considers the transaction ended, but SQLite's goes on and holds the write
        # lock. The next user of the connection could not begin, so discard it.
        await db.invalidate()
        raise


def _postgres_engine(url: str) -> AsyncEngine:
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1), pool_pre_ping=True, hide_parameters=True
    )


def _sqlite_engine(url: str) -> AsyncEngine:
    path = url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url.replace("sqlite://", "sqlite+aiosqlite://", 1), connect_args={"timeout": BUSY_TIMEOUT}, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin too late, and deferred
    cursor = connection.cursor()
    wal = not has_wal_reset_fault(sqlite3.sqlite_version_info)
    for pragma in (
        f"journal_mode={'WAL' if wal else 'TRUNCATE'}",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={int(BUSY_TIMEOUT * 1000)}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
