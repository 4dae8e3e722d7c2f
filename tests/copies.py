"""Many more patients, made in seconds: copies of one that is there."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Device, Subscription
from server.db import new_id
from server.people.models import Patient
from server.reminders.models import Reminder
from server.reminders.states import ReminderState

TABLES = [cast(Table, each.__table__) for each in (Patient, Device, Subscription, Reminder)]
AT_ONCE = 10_000  # patients in one INSERT
Row = dict[str, Any]


async def add_copies(db: AsyncSession, count: int, due: datetime) -> None:
    """Copies of a patient with a phone and a reminder; the copies' reminders are due at `due`.

    What is sealed does not open in them, because it is bound to the row that it was copied from.
    """
    rows = [dict((await db.execute(select(table).limit(1))).mappings().one()) for table in TABLES]
    rows[-1] |= {"next_at": due, "state": ReminderState.SCHEDULED}
    for begin in range(0, count, AT_ONCE):
        copies = [list(_copy(rows)) for _ in range(min(AT_ONCE, count - begin))]
        for table, those in zip(TABLES, zip(*copies, strict=True), strict=True):
            await db.execute(insert(table), list(those))


def _copy(rows: list[Row]) -> Iterator[Row]:
    patient_id, device_id, *others = (new_id() for _ in rows)
    own = dict.fromkeys(("patient_id", "subject_id", "email_hash", "phone_tel_hash"), patient_id)
    own["device_id"] = device_id
    for row, row_id in zip(rows, (patient_id, device_id, *others), strict=True):
        yield {**row, **{name: value for name, value in own.items() if row.get(name)}, "id": row_id}
