"""Moving and marking appointments, and what follows for reminders and check-ins (case 13)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking, flow
from server.appointments.booking import NewAppointment
from server.appointments.replies import flow as replies
from server.appointments.rules import AppointmentStatus, BadAppointment
from server.checkins import flow as checkins
from server.checkins.models import CheckIn
from server.clock import to_wall
from server.reminders import flow as reminders
from server.reminders.states import Reply
from tests.appointments.scene import DECEMBER, FIRST, around, planned, tied
from tests.cast import NOW, Cast, work_by
from tests.stories import device_of


async def test_moving_a_visit_moves_its_reminders_and_check_ins(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    await replies.answer(work_by(db, cast.rosa), visit, Reply.COMING)
    await flow.move(work_by(db, cast.maria), visit, datetime(2026, 12, 3, 14))
    assert (visit.starts, visit.reply, visit.replied_at, visit.changes) == (datetime(2026, 12, 3, 14), None, None, 1)
    notice, *coming = await planned(db, visit.id)
    assert notice == "11-16 09:00"  # Rosa had replied, so she is told at once
    assert coming == ["11-30 10:00", "12-02 10:00", "12-03 12:00"]
    assert await planned(db, visit.id, "cancelled") == ["11-28 10:00", "12-01 08:00"]
    assert await tied(db, visit) == ["12-02 10:00", "12-04 10:00"]
    check_ins = await checkins.waiting(db, CheckIn.appointment_id == visit.id)
    for check_in in check_ins:
        moments = [r.moment for r in await reminders.of_subject(db, check_in.id) if r.state == "scheduled"]
        assert moments[0] == check_in.due_at


@pytest.mark.parametrize("sign", ["replied", "opened the app", "not at all"])
@pytest.mark.parametrize("change", ["moved", "moved near", "cancelled"])
async def test_case_154_a_patient_who_has_seen_a_visit_is_told_of_its_change(
    db: AsyncSession, cast: Cast, sign: str, change: str
) -> None:
    """Even before any reminder. Others hear of a move only if no reminder would reach them in time."""
    phone = await device_of(db, cast.rosa)
    appointment = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    if sign == "replied":
        await replies.answer(work_by(db, cast.luis), appointment, Reply.COMING)
    phone.seen_at = NOW + timedelta(minutes=5 if sign == "opened the app" else -5)
    await db.flush()
    work = work_by(db, cast.maria, NOW + timedelta(hours=1))
    if change == "cancelled":
        await flow.mark(work, appointment, AppointmentStatus.CANCELLED)
    else:
        hours = 49 if change == "moved" else 2
        await flow.move(work, appointment, to_wall(NOW + timedelta(hours=hours), appointment.zone))
    kinds = [r.kind for r in await reminders.of_subject(db, appointment.id) if r.moment == work.now]
    near = ["visit"] if change == "moved near" else []
    assert kinds == (near if sign == "not at all" else ["change"])


async def test_case_154_a_visit_that_moves_twice_in_one_moment_is_announced_once(db: AsyncSession, cast: Cast) -> None:
    starts = to_wall(NOW + timedelta(hours=1), cast.harbor.zone)
    appointment = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))
    for minutes in (10, 20):
        await flow.move(work_by(db, cast.maria), appointment, starts + timedelta(minutes=minutes))
    assert await planned(db, appointment.id) == ["11-16 09:00"]


async def test_moving_a_visit_back_restores_its_reminders(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    before = await planned(db, visit.id), await tied(db, visit)
    await flow.move(work_by(db, cast.maria), visit, datetime(2026, 12, 3, 14))
    await flow.move(work_by(db, cast.maria), visit, DECEMBER)
    assert (await planned(db, visit.id), await tied(db, visit)) == before


@pytest.mark.parametrize("status", ["cancelled", "noshow"])
async def test_case_13_a_cancelled_visit_is_not_reminded_of(
    db: AsyncSession, cast: Cast, status: AppointmentStatus
) -> None:
    await around(db, cast)
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await flow.mark(work_by(db, cast.maria), visit, status)
    assert (await planned(db, visit.id), await tied(db, visit)) == ([], [])


async def test_a_patient_who_has_arrived_gets_no_reminder_but_the_check_in_after(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.ARRIVED)
    assert await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.FULFILLED)
    assert await planned(db, visit.id) == []
    assert "12-02 10:00" in await tied(db, visit)


async def test_an_impossible_status_is_refused(db: AsyncSession, cast: Cast) -> None:
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.CANCELLED)
    assert not await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.BOOKED)
    with pytest.raises(BadAppointment, match="over"):
        await flow.move(work_by(db, cast.maria), visit, datetime(2026, 12, 3, 14))
