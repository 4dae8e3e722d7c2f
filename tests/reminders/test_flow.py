"""Planning, cancelling and answering are idempotent (cases 4, 14, 17, 64)."""

import pytest
from sqlalchemy.exc import IntegrityError

from server.audit import AuditEvent
from server.reminders import flow
from server.reminders.models import Reminder
from tests.cast import work_by
from tests.reminders.scene import ENDS, FIRST, SECOND, SUBJECT, WHEN, Scene, plan, states
from tests.stories import audited, rows


async def test_planning_again_changes_nothing(scene: Scene) -> None:
    before, events = await scene.reminder(), len(await rows(scene.database, AuditEvent))
    await plan(scene.database, scene.cast, [FIRST])
    assert (await scene.reminder()).id == before.id
    assert len(await rows(scene.database, AuditEvent)) == events


async def test_an_unwanted_reminder_is_cancelled_and_returns_under_its_id(scene: Scene) -> None:
    first = await scene.reminder()
    await plan(scene.database, scene.cast, [SECOND])
    assert await states(scene) == {"0": "cancelled", "1": "scheduled"}
    await plan(scene.database, scene.cast, [FIRST, SECOND])
    assert await states(scene) == {"0": "scheduled", "1": "scheduled"}
    assert first.id in {reminder.id for reminder in await rows(scene.database, Reminder)}
    await plan(scene.database, scene.cast, [])
    assert await states(scene) == {"0": "cancelled", "1": "cancelled"}


async def test_case_14_a_sent_reminder_is_neither_sent_again_nor_forgotten(scene: Scene) -> None:
    await scene.due()
    await plan(scene.database, scene.cast, [FIRST, SECOND])
    await scene.run()
    assert (await states(scene), len(scene.push.sent)) == ({"0": "sent", "1": "scheduled"}, 1)
    await plan(scene.database, scene.cast, [])
    assert (await states(scene))["0"] == "sent"


async def test_case_17_the_database_allows_one_reminder_for_a_subject_kind_and_moment(scene: Scene) -> None:
    stored = await scene.reminder()
    values = {
        name: getattr(stored, name) for name in ("clinic_id", "patient_id", "kind", "subject_id", "moment", "path")
    }
    async with scene.database.reading() as db:
        db.add(Reminder(**values, expires_at=ENDS, next_at=WHEN, detail=None))
        with pytest.raises(IntegrityError):
            await db.flush()


async def test_a_cancellation_is_announced_once(scene: Scene) -> None:
    for _ in range(2):
        async with scene.database.writing() as db:
            await flow.cancel(work_by(db, scene.cast.maria), SUBJECT, "cancelled")
    reminder = await scene.reminder()
    assert (reminder.state, reminder.reason) == ("cancelled", "cancelled")
    assert (await audited(scene.database, reminder.id)).count("reminder.cancelled") == 1
