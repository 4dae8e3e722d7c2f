"""The base of every table: types of columns, an id, the clinic that a row belongs to."""

import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
)
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

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

    @classmethod
    def is_of(cls, clinic_id: str) -> ColumnElement[bool]:
        """Whether a row is this clinic's. Limits every query, in a form for which SQLite uses no index."""
        return _NotSearchedBy(cls.clinic_id) == clinic_id


class _NotSearchedBy(FunctionElement[str]):
    """The column, written so that SQLite does not search by its index, which leads to all rows of a clinic.

    SQLite keeps no statistics, so it would choose that index as readily as the index for a patient or a few ids.
    """

    inherit_cache = True
    type = String()


@compiles(_NotSearchedBy)
def _as_column(element: _NotSearchedBy, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_NotSearchedBy, "sqlite")
def _with_plus(element: _NotSearchedBy, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"
