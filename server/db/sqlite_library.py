"""SQLite itself: from the package pysqlite3, the newest, if it has a wheel for this machine, else Python's own.

Python's own is as old as the system. Debian 12's, 3.40, may lose a commit when a WAL is reset, so it runs without a
WAL. Every part of a process uses this module: two copies of SQLite that open one file undo each other's locks.
"""

from typing import TYPE_CHECKING, Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_dbapi

if TYPE_CHECKING:
    import sqlite3  # noqa: TID251
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3  # noqa: TID251
    except ImportError:
        import sqlite3  # noqa: TID251

__all__ = ["driver_module", "sqlite3"]


class _Module(AsyncAdapt_aiosqlite_dbapi):
    """SQLAlchemy's driver module, with the errors and version of our SQLite; aiosqlite would pass on Python's own."""

    def _init_dbapi_attributes(self) -> None:
        super()._init_dbapi_attributes()
        for name in (*ERRORS, "sqlite_version", "sqlite_version_info"):
            setattr(self, name, getattr(self.sqlite, name))


ERRORS = ("Error", "DatabaseError", "IntegrityError", "NotSupportedError", "OperationalError", "ProgrammingError")


def driver_module() -> Any:
    return _Module(aiosqlite, sqlite3)
