"""Booking one appointment or a series, with its reminders and check-ins (cases 4, 15, 17)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking, flow
from server.appointments.booking import NewAppointment, NewSeries
from server.appointments.models import Appointment, Series
from server.appointments.rules import AppointmentStatus, BadAppointment
from server.checkins.models import CheckIn
from server.checkins.rules import Rhythm
from server.clock import to_wall
from server.db import Database
from server.reminders.models import Reminder
from tests.appointments.scene import FIRST, around, planned, tied
from tests.cast import NOW, Cast, work_by
from tests.stories import rows


async def test_booking_plans_the_reminders(db: AsyncSession, cast: Cast) -> None:
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert (visit.status, visit.zone, visit.place) == ("booked", "America/New_York", "12 Elm Street")
    assert await planned(db, visit.id) == ["11-28 10:00", "11-30 10:00", "12-01 08:00"]


async def test_case_15_a_visit_booked_one_day_ahead_gets_no_late_three_day_reminder(
    db: AsyncSession, cast: Cast
) -> None:
    tomorrow = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 11, 17, 15)))
    assert await planned(db, tomorrow.id) == ["11-16 10:00", "11-17 13:00"]
    soon = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 11, 16, 10)))
    assert await planned(db, soon.id) == ["11-16 09:00"]


@pytest.mark.parametrize(("ahead", "announced"), [(1, True), (119, True), (121, False), (26 * 60, False)])
async def test_case_154_a_visit_booked_less_than_two_hours_ahead_is_announced_at_once(
    db: AsyncSession, cast: Cast, ahead: int, announced: bool
) -> None:
    starts = to_wall(NOW + timedelta(minutes=ahead), cast.harbor.zone)
    appointment = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))
    assert ("11-16 09:00" in await planned(db, appointment.id)) == announced


async def test_case_17_each_visit_of_a_series_has_its_own_reminders(db: AsyncSession, cast: Cast) -> None:
    visits = await booking.book_series(work_by(db, cast.maria), cast.rosa, NewSeries(FIRST, frozenset({0, 2, 4}), 6))
    assert [f"{visit.starts:%a %d %H}" for visit in visits][:3] == ["Wed 02 10", "Fri 04 10", "Mon 07 10"]
    assert len({visit.series_id for visit in visits}) == 1
    for visit in visits:
        days = [f"{visit.starts - timedelta(days=n):%m-%d} 10:00" for n in (3, 1)]
        assert await planned(db, visit.id) == [*days, f"{visit.starts:%m-%d} 08:00"]


async def test_a_series_with_one_bad_day_books_nothing(database: Database, cast: Cast) -> None:
    """It spans the night on which summer time begins."""

    async def book() -> None:
        async with database.writing() as db:
            new = NewAppointment(datetime(2027, 3, 7, 2, 30))
            await booking.book_series(work_by(db, cast.maria), cast.rosa, NewSeries(new, frozenset({6}), 3))

    with pytest.raises(BadAppointment, match="gap"):
        await book()
    assert (await rows(database, Appointment), await rows(database, Series)) == ([], [])
    assert (await rows(database, Reminder), await rows(database, CheckIn)) == ([], [])


async def test_check_ins_are_tied_to_the_visit(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await tied(db, visit) == ["11-30 10:00", "12-02 10:00"]


@pytest.mark.parametrize("rhythm", ["before", "after"])
async def test_the_day_of_a_cancelled_visit_can_be_booked_again(db: AsyncSession, cast: Cast, rhythm: Rhythm) -> None:
    await around(db, cast, rhythms=[rhythm])
    first = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    await flow.mark(work_by(db, cast.maria), first, AppointmentStatus.CANCELLED)
    again = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 12, 1, 14)))
    assert len(await tied(db, again)) == 1


@pytest.mark.parametrize("rhythm", ["before", "after"])
async def test_two_visits_on_one_day_can_be_booked(db: AsyncSession, cast: Cast, rhythm: Rhythm) -> None:
    await around(db, cast, rhythms=[rhythm])
    for hour in (9, 15):
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 12, 1, hour)))
        assert len(await tied(db, visit)) == 1


async def test_visits_today_and_tomorrow_can_be_booked_in_one_moment(db: AsyncSession, cast: Cast) -> None:
    """Late in the day, the readiness check-ins of both are due now."""
    late = NOW + timedelta(hours=5)
    await around(db, cast, late, [Rhythm.BEFORE])
    new = NewAppointment(datetime(2026, 11, 16, 16))
    visits = await booking.book_series(work_by(db, cast.maria, late), cast.rosa, NewSeries(new, frozenset({0, 1}), 2))
    assert len(visits) == 2


async def test_case_4_a_booking_and_its_reminders_share_one_transaction(database: Database, cast: Cast) -> None:

    async def dies() -> None:
        async with database.writing() as db:
            await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await dies()
    assert (await rows(database, Appointment), await rows(database, Reminder)) == ([], [])
