"""The database: one engine, one transaction per request or tick, every row in one clinic."""

from server.db.database import BUSY_TIMEOUT, Database, has_wal_reset_fault, ping
from server.db.tables import WORD, Base, Moment, OfClinic, new_id, unique_where
from server.db.transaction import Work, scope, unscoped, works_of
from server.db.upserts import upsert

__all__ = [
    "BUSY_TIMEOUT",
    "WORD",
    "Base",
    "Database",
    "Moment",
    "OfClinic",
    "Work",
    "has_wal_reset_fault",
    "new_id",
    "ping",
    "scope",
    "unique_where",
    "unscoped",
    "upsert",
    "works_of",
]
