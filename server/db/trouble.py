"""Tell a database that is away from a row that another transaction has locked. Both pass, so the caller tries again."""

from enum import StrEnum

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

LOCKED = {"55P03", "40P01"}  # SQLSTATE: no lock within lock_timeout; a deadlock that the other transaction won
AWAY = {"08", "53", "57", "58"}  # classes of SQLSTATE: connection, resources, shutdown, system error


class Trouble(StrEnum):
    """`AWAY`: nothing can be written now. `LOCKED`: another transaction holds one of the rows (PostgreSQL only)."""

    AWAY = "away"
    LOCKED = "locked"


def trouble_of(error: BaseException) -> Trouble | None:
    """The passing trouble that an exception reports; None for an error of our own, which a retry would meet again."""
    state = sqlstate(error) or ""
    if state in LOCKED:
        return Trouble.LOCKED
    if state[:2] in AWAY or isinstance(error, OSError | NoConnectionFree | InterfaceError | OperationalError):
        return Trouble.AWAY
    return Trouble.AWAY if isinstance(error, DBAPIError) and error.connection_invalidated else None


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code for the error, whether SQLAlchemy wraps it or the driver raised it while connecting."""
    return getattr(getattr(error, "orig", error), "sqlstate", None)
