"""How SQLite finds the rows that statements ask for. A table that it scans takes longer with each row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event

from server.db import Base, Database

SMALL = ("circuit_breaker", "clinic", "worker_heartbeat")
# Tables with as many rows as there are people; the others grow with each day.
BY_PEOPLE = (*SMALL, "caregiver", "device", "patient", "questionnaire", "staff", "trigger")


@dataclass
class Recorded:
    """The statements that a database has run since `begin`, with one of their parameters."""

    database: Database
    ran: dict[str, Any] = field(default_factory=dict)

    def begin(self) -> None:
        self.ran.clear()

    async def scans(self) -> dict[str, str]:
        """Statement → the table that it scans, small ones left out."""
        return await self._found(r"SCAN (\w+)", SMALL)

    async def whole_tables(self) -> dict[str, str]:
        """Statement → the table of which it reads all rows, or all that the clinic has; those by people left out."""
        return await self._found(r"SCAN (\w+)|SEARCH (\w+) USING INDEX \w+ \(clinic_id=\?\)", BY_PEOPLE)

    async def _found(self, plan: str, but: Sequence[str]) -> dict[str, str]:
        ran = dict(self.ran)
        async with self.database.reading() as db:
            return await (await db.connection()).run_sync(_scans, ran, plan, but)


def record(database: Database) -> Recorded:
    recorded = Recorded(database)
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: recorded.ran.update({args[2]: args[3]}))
    return recorded


def _scans(connection: Connection, ran: dict[str, Any], plan: str, but: Sequence[str]) -> dict[str, str]:
    found = {}
    for sql, parameters in ran.items():
        if not re.match("SELECT|UPDATE|DELETE", sql):
            continue
        one = parameters[0] if isinstance(parameters, list) else parameters
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", one):
            scanned = re.match(plan, row[-1])
            table = re.sub(r"_\d+$", "", next(filter(None, scanned.groups()), "")) if scanned else ""  # without "_1"
            if table in Base.metadata.tables and table not in but:
                found[sql] = table
    return found
