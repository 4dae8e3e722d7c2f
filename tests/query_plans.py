"""How SQLite finds the rows that statements ask for. A table that it scans takes longer with each row."""

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event

from server.db import Base, Database

SMALL = ("circuit_breaker", "clinic", "worker_heartbeat")


@dataclass
class Recorded:
    """The statements that a database has run since `begin`, with one of their parameters."""

    database: Database
    ran: dict[str, Any] = field(default_factory=dict)

    def begin(self) -> None:
        self.ran.clear()

    async def scans(self) -> dict[str, str]:
        """Statement → the table that it scans, small ones left out."""
        ran = dict(self.ran)
        async with self.database.reading() as db:
            return await (await db.connection()).run_sync(_scans, ran)


def record(database: Database) -> Recorded:
    recorded = Recorded(database)
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: recorded.ran.update({args[2]: args[3]}))
    return recorded


def _scans(connection: Connection, ran: dict[str, Any]) -> dict[str, str]:
    found = {}
    for sql, parameters in ran.items():
        if not re.match("SELECT|UPDATE|DELETE", sql):
            continue
        one = parameters[0] if isinstance(parameters, list) else parameters
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", one):
            scanned = re.match(r"SCAN (\w+)", row[-1])
            if scanned and scanned[1] in Base.metadata.tables and scanned[1] not in SMALL:
                found[sql] = scanned[1]
    return found
