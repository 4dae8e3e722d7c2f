"""Moving and marking appointments, and what follows for reminders and check-ins (case 13)."""

from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking, flow, replies
from server.appointments.rules import AppointmentStatus, BadAppointment
from server.checkins import flow as checkins
from server.checkins.models import CheckIn
from server.reminders import flow as reminders
from server.reminders.states import Reply
from tests.appointments.scene import DECEMBER, FIRST, around, planned, tied
from tests.cast import Cast, work_by


async def test_moving_takes_reminders_and_check_ins_along(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    await replies.answer(work_by(db, cast.rosa), visit, Reply.COMING)
    await flow.move(work_by(db, cast.maria), visit, datetime(2026, 12, 3, 14))
    assert (visit.starts, visit.reply, visit.replied_at, visit.changes) == (datetime(2026, 12, 3, 14), None, None, 1)
    assert await planned(db, visit.id) == ["11-30 10:00", "12-02 10:00", "12-03 12:00"]
    assert await planned(db, visit.id, "cancelled") == ["11-28 10:00", "12-01 08:00"]
    assert await tied(db, visit) == ["12-02 10:00", "12-04 10:00"]
    check_ins = await checkins.waiting(db, CheckIn.appointment_id == visit.id)
    for check_in in check_ins:
        moments = [r.moment for r in await reminders.of_subject(db, check_in.id) if r.state == "scheduled"]
        assert moments[0] == check_in.due_at


async def test_moving_back_is_as_if_it_had_never_moved(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    before = await planned(db, visit.id), await tied(db, visit)
    await flow.move(work_by(db, cast.maria), visit, datetime(2026, 12, 3, 14))
    await flow.move(work_by(db, cast.maria), visit, DECEMBER)
    assert (await planned(db, visit.id), await tied(db, visit)) == before


@pytest.mark.parametrize("status", ["cancelled", "noshow"])
async def test_case_13_what_is_called_off_is_not_reminded_of(
    db: AsyncSession, cast: Cast, status: AppointmentStatus
) -> None:
    await around(db, cast)
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await flow.mark(work_by(db, cast.maria), visit, status)
    assert (await planned(db, visit.id), await tied(db, visit)) == ([], [])


async def test_who_has_arrived_is_not_reminded_but_asked_the_day_after(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.ARRIVED)
    assert await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.FULFILLED)
    assert await planned(db, visit.id) == []
    assert "12-02 10:00" in await tied(db, visit)


async def test_what_cannot_follow_is_not_marked(db: AsyncSession, cast: Cast) -> None:
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.CANCELLED)
    assert not await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.BOOKED)
    with pytest.raises(BadAppointment, match="over"):
        await flow.move(work_by(db, cast.maria), visit, datetime(2026, 12, 3, 14))
