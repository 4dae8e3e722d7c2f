"""Audit events record who did what and when, in the transaction of the change."""

import pytest

from server import audit
from server.audit import AuditEvent
from server.db import Database
from server.people.models import Patient
from tests.cast import NOW, Cast, work_by
from tests.stories import rows


async def test_an_event_records_who_did_what_to_which_row_and_when(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        audit.record(work_by(db, cast.maria), "patient.opened", await db.get_one(Patient, cast.rosa.id), count=2)
    [event] = await rows(database, AuditEvent, AuditEvent.verb == "patient.opened")
    assert (event.clinic_id, event.at, event.detail) == (cast.harbor.id, NOW, {"count": 2})
    assert (event.actor_kind, event.actor_id) == ("staff", cast.maria.id)
    assert (event.subject, event.subject_id) == ("patient", cast.rosa.id)


async def test_a_change_that_is_rolled_back_leaves_no_event(database: Database, cast: Cast) -> None:
    async def dies() -> None:
        async with database.writing() as db:
            audit.record(work_by(db, cast.maria), "patient.opened", await db.get_one(Patient, cast.rosa.id))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await dies()
    assert await rows(database, AuditEvent, AuditEvent.verb == "patient.opened") == []
