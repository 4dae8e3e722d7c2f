"""Replies to appointments, and the staff list of patients who can't come."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking, flow
from server.appointments import lists as appointment_lists
from server.appointments.models import Appointment
from server.appointments.replies import flow as replies
from server.db import Database
from server.delivery.sender import Sender
from server.reminders.states import Reply
from tests.appointments.scene import FIRST, planned
from tests.cast import Cast, work_by
from tests.conftest import StillClock
from tests.push_double import PushDouble
from tests.stories import audited, subscribed


async def test_a_patient_who_cannot_come_is_listed_and_no_longer_reminded(db: AsyncSession, cast: Cast) -> None:
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    await replies.answer(work_by(db, cast.rosa), visit, Reply.CANT_COME)
    assert (await planned(db, visit.id), visit.replied_by) == ([], "patient")
    assert [found.id for found in await appointment_lists.to_handle(work_by(db, cast.ken))] == [visit.id]
    assert await appointment_lists.to_handle(work_by(db, cast.tom)) == []
    await replies.handle_reply(work_by(db, cast.ken), visit)
    assert await appointment_lists.to_handle(work_by(db, cast.ken)) == []
    await replies.answer(work_by(db, cast.luis), visit, Reply.COMING)
    assert (len(await planned(db, visit.id)), visit.replied_by) == (3, "caregiver")


async def test_an_answer_by_token_counts_only_for_the_announced_time(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    """The visit moves after its reminder was sent. A late "I'll be there" does not count for the new day."""
    push = PushDouble()
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
        await subscribed(db, cast.rosa)
    clock.move(days=14, hours=1)
    await Sender(database, push, clock, "https://localhost").tick()
    assert len(push.sent) == 1
    async with database.writing() as db:
        moved = await db.get_one(Appointment, visit.id)
        await flow.move(work_by(db, cast.maria, clock()), moved, datetime(2026, 12, 3, 14))
    async with database.writing() as db:
        assert await replies.answer_by_token(db, push.token(), Reply.COMING, clock()) is None
        assert (await db.get_one(Appointment, visit.id)).reply is None
    assert "appointment.answered" not in await audited(database, visit.id)
