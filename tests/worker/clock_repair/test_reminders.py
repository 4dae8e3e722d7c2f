"""The repair brings forward reminders that a clock that was ahead put off (case 134)."""

from datetime import datetime

import pytest
from sqlalchemy import update

from server.actor import system
from server.db import Database, Work
from server.reminders import flow, notices
from server.reminders.flow import Subject
from server.reminders.models import Reminder
from server.reminders.notices import Notice
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind, ReminderState
from server.worker.clock_repair import reminders as repair
from tests.cast import NOW, Cast, work_by
from tests.faults.test_clock import Running
from tests.faults.wrong_clock import FAR, HOUR
from tests.stories import audited, rows


async def test_case_134_an_immediate_reminder_dated_in_the_future_is_sent_now(
    running: Running, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        notice = Notice(ReminderKind.TEST, cast.rosa.id, "b" * 32, "/", FAR + HOUR)
        notice_sent = await notices.remind_now(Work(db, system(cast.rosa.clinic_id), FAR), notice)
    await running.tick()
    [after] = await rows(database, Reminder, Reminder.id == notice_sent.id)
    assert (after.state, after.expires_at) == ("sent", NOW + HOUR)


async def scheduled(database: Database, cast: Cast, next_at: datetime, tries: int) -> Reminder:
    """A visit reminder of Rosa's, due in an hour, that waits until `next_at`."""
    async with database.writing() as db:
        subject = Subject("c" * 32, cast.rosa.id, "/")
        await flow.replan(work_by(db, cast.maria), subject, [Planned(ReminderKind.VISIT, NOW + HOUR, NOW + 5 * HOUR)])
        await db.execute(update(Reminder).where(Reminder.subject_id == subject.id).values(next_at=next_at, tries=tries))
    [reminder] = await rows(database, Reminder, Reminder.subject_id == "c" * 32)
    return reminder


@pytest.mark.parametrize(
    ("hours", "tries", "then"),
    [
        (6, 0, 1),  # put off past its own end, so back to its own moment
        (4, 0, 4),  # quiet hours may do that
        (13, 2, 1),  # no retry waits so long
        (11, 2, 11),  # a push service may ask for that
    ],
)
async def test_case_134_only_reminders_that_wait_longer_than_possible_are_brought_forward(
    database: Database, cast: Cast, hours: int, tries: int, then: int
) -> None:
    before = await scheduled(database, cast, NOW + hours * HOUR, tries)
    async with database.writing() as db:
        assert await repair.bring_forward(db, NOW) == (hours != then)
    [after] = await rows(database, Reminder, Reminder.id == before.id)
    assert after.next_at == NOW + then * HOUR
    assert ("reminder.brought-forward" in await audited(database, before.id)) == (hours != then)


async def test_case_134_only_reminders_that_were_missed_before_their_end_are_released(
    database: Database, cast: Cast
) -> None:
    early = await scheduled(database, cast, NOW + HOUR, 0)
    async with database.writing() as db:
        await db.execute(update(Reminder).values(state=ReminderState.MISSED))
        assert await repair.release_missed(work_by(db, cast.maria, NOW + 5 * HOUR), early.subject_id) == []
        [released] = await repair.release_missed(work_by(db, cast.maria, NOW + 4 * HOUR), early.subject_id)
        assert (released.id, released.state) == (early.id, "cancelled")
