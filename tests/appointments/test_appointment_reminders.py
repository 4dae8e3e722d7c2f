"""Reminders of an appointment follow its changes (case 13)."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import appointment_reminders, booking
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.checkins.plans import plans_of
from server.checkins.rules import Rhythm
from server.reminders import flow as reminders
from server.reminders.message_text import AppointmentDetail
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind, ReminderState, Reply
from tests.appointments.scene import FIRST, around, planned, tied
from tests.cast import NOW, Cast, work_by

HOUR = timedelta(hours=1)
ALL = ["11-28 10:00", "11-30 10:00", "12-01 08:00"]


async def book(db: AsyncSession, cast: Cast) -> Appointment:
    return await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)


@pytest.mark.parametrize(
    ("reply", "expected"), [(None, ALL), (Reply.COMING, ALL), (Reply.CANT_COME, []), (Reply.ANOTHER_TIME, [])]
)
async def test_a_patient_who_cannot_come_is_not_reminded(
    db: AsyncSession, cast: Cast, reply: Reply | None, expected: list[str]
) -> None:
    appointment = await book(db, cast)
    appointment.reply = reply
    await appointment_reminders.remind(work_by(db, cast.maria), cast.rosa, appointment)
    assert await planned(db, appointment.id) == expected


async def test_patients_who_cannot_come_get_none_of_the_planned_reminders(db: AsyncSession, cast: Cast) -> None:
    appointment = await book(db, cast)
    plan = [Planned(ReminderKind.VISIT, NOW + HOUR, NOW + 2 * HOUR)]
    await appointment_reminders.remind(work_by(db, cast.maria), cast.rosa, appointment, plan)
    assert await planned(db, appointment.id) == ["11-16 10:00"]
    appointment.reply = Reply.CANT_COME
    await appointment_reminders.remind(work_by(db, cast.maria), cast.rosa, appointment, plan)
    assert await planned(db, appointment.id) == []


async def test_a_reminder_has_the_link_place_and_time_of_its_appointment(db: AsyncSession, cast: Cast) -> None:
    appointment = await book(db, cast)
    [first, *_] = await reminders.of_subject(db, appointment.id)
    assert first.path == f"/visits/{appointment.id}"
    assert first.detail == AppointmentDetail(appointment.starts, appointment.place, False).to_json()


async def test_case_13_a_cancellation_is_announced_to_those_who_were_reminded(db: AsyncSession, cast: Cast) -> None:
    appointment = await book(db, cast)
    for reminder in await reminders.of_subject(db, appointment.id):
        reminder.state = ReminderState.SENT
    appointment.status = AppointmentStatus.CANCELLED
    await appointment_reminders.notify_of_change(work_by(db, cast.maria), cast.rosa, appointment, was_seen=False)
    [notice] = [one for one in await reminders.of_subject(db, appointment.id) if one.kind == ReminderKind.CHANGE]
    assert notice.expires_at == appointment.starts_at
    assert notice.detail == AppointmentDetail(appointment.starts, appointment.place, True).to_json()


@pytest.mark.parametrize(
    ("status", "days", "due"),
    [
        (AppointmentStatus.BOOKED, 0, ["12-02 10:00"]),
        (AppointmentStatus.ARRIVED, 15, ["12-02 10:00"]),
        (AppointmentStatus.FULFILLED, 15, ["12-02 10:00"]),
        (AppointmentStatus.FULFILLED, 18, []),  # that day has passed
        (AppointmentStatus.NOSHOW, 15, []),
        (AppointmentStatus.CANCELLED, 0, []),
    ],
)
async def test_case_156_a_new_plan_asks_about_the_visits_that_take_place(
    db: AsyncSession, cast: Cast, status: AppointmentStatus, days: int, due: list[str]
) -> None:
    """FIRST is in fifteen days."""
    appointment, now = await book(db, cast), NOW + timedelta(days=days)
    appointment.status = status
    await around(db, cast, now, [Rhythm.AFTER])
    [plan] = [one for one in await plans_of(db, cast.rosa.id) if one.rhythm == Rhythm.AFTER]
    await appointment_reminders.tie_plan(work_by(db, cast.maria, now), cast.rosa, plan)
    assert await tied(db, appointment) == due
