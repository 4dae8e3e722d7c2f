"""Staff are asked before a visit is saved that overlaps, falls outside the hours, or has not begun (case 118)."""

from datetime import datetime, timedelta

import pytest

from server.appointments import booking, conflicts
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.db import Database
from server.people.models import Clinic
from tests.appointments.scene import ONE_DATABASE, book
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import rows

TUESDAY = datetime(2026, 12, 1, 10)
HOUR = timedelta(hours=1)
FORM = {"date": "2026-12-01", "time": "10:00", "minutes": "90", "count": "1"}


@pytest.mark.parametrize(
    ("starts", "minutes", "kinds"),
    [
        (TUESDAY, 60, ["overlap"]),
        (TUESDAY - HOUR, 90, ["overlap"]),
        (TUESDAY - HOUR, 60, []),
        (TUESDAY + 1.5 * HOUR, 60, []),
        (TUESDAY + 8 * HOUR, 60, ["closed"]),
        (datetime(2026, 12, 5, 10), 60, ["closed"]),
        (TUESDAY + 6 * HOUR, 60, []),
        (TUESDAY + 6 * HOUR, 61, ["runs-over"]),
        (TUESDAY + 24 * HOUR, 24 * 60, ["runs-over"]),
    ],
    ids=str,
)
async def test_case_118_overlaps_and_closed_hours_are_found(
    database: Database, cast: Cast, starts: datetime, minutes: int, kinds: list[str]
) -> None:
    async with database.writing() as db:
        work = work_by(db, cast.maria)
        await booking.book(work, cast.rosa, NewAppointment(TUESDAY, 90))
        found = await conflicts.of_times(work, cast.rosa, [starts], minutes)
        assert [conflict.kind for conflict in found] == kinds
        assert "overlap" not in [c.kind for c in await conflicts.of_times(work, cast.walter, [starts], minutes)]


async def test_case_118_a_visit_does_not_overlap_itself_nor_one_that_is_cancelled(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        work = work_by(db, cast.maria)
        visit = await booking.book(work, cast.rosa, NewAppointment(TUESDAY, 90))
        assert await conflicts.of_times(work, cast.rosa, [TUESDAY + HOUR], 60, visit) == []
        visit.status = AppointmentStatus.CANCELLED
        assert await conflicts.of_times(work, cast.rosa, [TUESDAY], 60) == []


async def test_case_118_visits_of_one_series_overlap_where_the_clocks_skip_an_hour(
    database: Database, cast: Cast
) -> None:
    """March 14, 2027 has 23 hours in New York."""
    saturday = datetime(2027, 3, 13, 10)
    async with database.writing() as db:
        found = await conflicts.of_times(work_by(db, cast.maria), cast.rosa, [saturday, saturday + 24 * HOUR], 24 * 60)
    assert ("overlap", saturday + 24 * HOUR, saturday) in [(each.kind, each.when, each.other) for each in found]


async def test_case_118_a_visit_on_a_day_with_an_hour_more_is_within_the_hours(database: Database, cast: Cast) -> None:
    """On November 7, 2027 the clocks show 1:30 AM twice."""
    async with database.writing() as db:
        clinic = await db.get_one(Clinic, cast.harbor.id)
        clinic.staffed_hours = {"6": ["00:00", "04:00"]}
        for minutes, kinds in ((5 * 60, []), (5 * 60 + 1, ["runs-over"])):
            found = await conflicts.of_times(work_by(db, cast.maria), cast.rosa, [datetime(2027, 11, 7)], minutes)
            assert [each.kind for each in found] == kinds


def test_case_118_nobody_arrives_two_weeks_early() -> None:
    visit = Appointment(starts=TUESDAY, starts_at=NOW + timedelta(days=14))
    [asked] = conflicts.of_mark(visit, AppointmentStatus.ARRIVED, NOW)
    assert asked.kind == "early"


@ONE_DATABASE
async def test_case_118_a_visit_that_becomes_longer_is_asked_about(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    await book(maria, cast)
    await book(maria, cast, time="12:00")
    [visit] = [each for each in await rows(database, Appointment) if each.starts == TUESDAY]
    path, longer = f"/staff/visits/{visit.id}/correct", {"place": "Room 7", "minutes": "480", "instructions": "Eat."}
    asked = await maria.submit(path, longer)
    assert asked.status_code == 422
    assert "overlaps another visit of this patient, Tue, Dec 1, 12:00 PM" in words(asked)
    assert "The clinic closes before the visit of Tue, Dec 1, 10:00 AM ends" in words(asked)
    assert 'value="Room 7"' in asked.text
    assert (await maria.submit(path, longer | {"anyway": "yes"})).status_code == 200
    [visit] = await rows(database, Appointment, Appointment.id == visit.id)
    assert (visit.minutes, visit.place) == (480, "Room 7")


@pytest.mark.parametrize(("status", "asks"), [("fulfilled", True), ("noshow", True), ("arrived", False)])
def test_case_118_a_visit_that_has_not_begun_is_not_over(status: AppointmentStatus, asks: bool) -> None:
    visit = Appointment(starts=TUESDAY, starts_at=NOW + HOUR)
    assert bool(conflicts.of_mark(visit, AppointmentStatus(status), NOW)) is asks
    assert conflicts.of_mark(visit, AppointmentStatus(status), NOW + HOUR) == []


@ONE_DATABASE
async def test_case_118_booking_asks_once_and_keeps_what_was_typed(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    form = FORM | {"patient": cast.rosa.id, "place": "Room 7", "instructions": "Bring the mask."}
    await maria.submit("/staff/visits", form)
    asked = await maria.submit("/staff/visits", form)
    assert asked.status_code == 422
    assert "overlaps another visit of this patient" in words(asked)
    assert "Room 7" in asked.text
    assert "Bring the mask." in asked.text
    assert len(await rows(database, Appointment)) == 1
    assert (await maria.submit("/staff/visits", form | {"anyway": "yes"})).status_code == 200
    assert len(await rows(database, Appointment)) == 2


@ONE_DATABASE
async def test_case_118_moving_and_marking_ask_too(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria = await signed_in(cast.maria)
    await book(maria, cast)
    [visit] = await rows(database, Appointment)
    night = {"date": "2026-12-02", "time": "22:15"}
    asked = await maria.submit(f"/staff/visits/{visit.id}/move", night)
    assert "The clinic is closed then" in words(asked)
    assert 'value="22:15"' in asked.text
    moved = await maria.submit(f"/staff/visits/{visit.id}/move", night | {"anyway": "yes"})
    assert "Wednesday, December 2, 10:15 PM" in words(moved)
    early = await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": "fulfilled"})
    assert "This visit has not begun" in words(early)
    [visit] = await rows(database, Appointment)
    assert visit.status == "booked"
    done = await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": "fulfilled", "anyway": "fulfilled"})
    assert done.status_code == 200
    [visit] = await rows(database, Appointment)
    assert visit.status == "fulfilled"
