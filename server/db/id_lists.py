"""`column IN (ids)` as one parameter, however many ids there are.

SQLAlchemy's `in_` makes each id a parameter: for each number of ids it builds the statement's text anew, and the
database parses that text anew. Statements that run for a batch of reminders use `is_among` instead. Those that run for
every batch are built once, with `given` for the ids, because building a statement takes longer than running it.
"""

import json
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Boolean, Dialect, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Ids(TypeDecorator[Collection[str]]):
    """An array on PostgreSQL, a JSON array on SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(String) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else json.dumps(ids)


class is_among(FunctionElement[bool]):
    """Whether the column holds one of these ids. None of them may be None."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: InstrumentedAttribute[Any], ids: Iterable[str] | BindParameter[Collection[str]]) -> None:
        is_given = isinstance(ids, BindParameter)
        super().__init__(column, ids if is_given else bindparam("ids", list(ids), type_=_Ids(), unique=True))

    def self_group(self, against: Any = None) -> "is_among":
        """Without this SQLAlchemy writes `… = 1` on SQLite, which then uses no index."""
        return self


def given(name: str = "ids") -> BindParameter[Collection[str]]:
    """The ids that a statement gets under this name when it runs, as a list or a set."""
    return bindparam(name, type_=_Ids())


@compiles(is_among)
def _in_json(element: is_among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608  # both were compiled just now


@compiles(is_among, "postgresql")
def _any_of_array(element: is_among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({ids})"
