"""Due, grace, late, silent; who is to be called on day 3; a call takes them off until the next missed one."""

from datetime import datetime, timedelta

import pytest

from server.checkins import rules as checkin_rules
from server.checkins.rules import Lateness, Rhythm, lateness
from server.db import Database
from server.people import calls
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import CallOutcome, PauseReason
from server.responses import overdue
from server.responses.overdue import LatePatient
from tests.cast import NOW, Cast, work_by
from tests.stories import STEADY, answered, due_check_in

DAY = timedelta(days=1)


def weekly(days: float, called: float | None = None, resumed: float | None = None) -> Lateness | None:
    """A weekly plan of which every occasion since NOW is unanswered, so many days on."""
    now = NOW + days * DAY
    dues = [NOW + week * 7 * DAY for week in range(10)]
    at = [None if moment is None else NOW + moment * DAY for moment in (called, resumed)]
    return lateness(Rhythm.WEEKLY, dues, now, *at)


@pytest.mark.parametrize(
    ("days", "state", "band", "to_call"),
    [
        (0, "due", 0, False),
        (0.99, "due", 0, False),
        (1, "grace", 0, False),
        (2, "grace", 2, False),
        (2.99, "grace", 2, False),
        (3, "late", 2, True),
        (6.99, "late", 2, True),
        (7, "silent", 7, True),
        (30, "silent", 30, True),
    ],
)
def test_what_a_weekly_check_in_without_an_answer_is_called(days: float, state: str, band: int, to_call: bool) -> None:
    found = weekly(days)
    assert found is not None
    assert (found.state, found.band, found.to_call, found.since) == (state, band, to_call, NOW)


@pytest.mark.parametrize(
    ("days", "called", "to_call"),
    [(3, None, True), (3.1, 3, False), (9.9, 3, False), (10, 3, True), (10.1, 10.05, False)],
)
def test_a_call_takes_off_until_the_next_missed_one(days: float, called: float | None, to_call: bool) -> None:
    found = weekly(days, called)
    assert found is not None
    assert found.to_call == to_call


def test_what_fell_due_in_a_pause_is_owed_by_nobody() -> None:
    assert weekly(5, resumed=4) is None
    after = weekly(10, resumed=4)
    assert after is not None
    assert (after.since, after.state, after.to_call) == (NOW + 7 * DAY, "late", True)


def test_a_monthly_one_has_its_week() -> None:
    states = [lateness(Rhythm.MONTHLY, [NOW], NOW + days * DAY, None, None) for days in (6, 7, 14)]
    assert [(one.state, one.to_call) for one in states if one] == [("grace", False), ("late", True), ("silent", True)]


def test_nothing_due_is_not_late() -> None:
    assert lateness(Rhythm.WEEKLY, [NOW + DAY], NOW, None, None) is None
    assert set(checkin_rules.CALL_FROM) == set(checkin_rules.OWED) == set(checkin_rules.SILENT_FROM)


async def late(database: Database, cast: Cast, now: datetime) -> list[LatePatient]:
    async with database.reading() as db:
        return await overdue.unanswered(work_by(db, cast.maria, now))


async def given_a_weekly_one(database: Database, patient: Patient) -> str:
    async with database.writing() as db:
        return (await due_check_in(db, patient)).id


async def test_a_silent_patient_is_called_on_day_3(database: Database, cast: Cast) -> None:
    check_in_id = await given_a_weekly_one(database, cast.rosa)
    [found] = await late(database, cast, NOW + 3 * DAY)
    assert (found.patient_id, found.check_in_id, found.lateness.to_call) == (cast.rosa.id, check_in_id, True)
    async with database.writing() as db:
        await calls.log_call(work_by(db, cast.maria, NOW + 3 * DAY), cast.rosa, CallOutcome.LEFT_MESSAGE, "")
    [called] = await late(database, cast, NOW + 4 * DAY)
    assert (called.lateness.state, called.lateness.to_call) == ("late", False)


async def test_who_has_answered_is_not_late(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY, NOW + DAY)
    assert await late(database, cast, NOW + 6 * DAY) == []
    [next_week] = await late(database, cast, NOW + 7 * DAY)
    assert (next_week.lateness.state, next_week.lateness.since) == ("due", NOW + 7 * DAY)


async def test_case_19_who_is_paused_is_not_late_nor_when_resumed(database: Database, cast: Cast) -> None:
    await given_a_weekly_one(database, cast.rosa)
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await people.pause(work_by(db, cast.maria, NOW + DAY), rosa, PauseReason.HOSPITAL)
    assert await late(database, cast, NOW + 5 * DAY) == []
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await people.resume(work_by(db, cast.maria, NOW + 5 * DAY), rosa)
    assert await late(database, cast, NOW + 6 * DAY) == []


async def test_case_61_another_clinics_patient_is_on_no_list(database: Database, cast: Cast) -> None:
    await given_a_weekly_one(database, cast.helen)
    assert await late(database, cast, NOW + 4 * DAY) == []


async def test_who_waits_longest_is_called_first(database: Database, cast: Cast) -> None:
    await given_a_weekly_one(database, cast.walter)
    async with database.writing() as db:
        await due_check_in(db, cast.rosa, now=NOW + DAY)
    found = await late(database, cast, NOW + 4 * DAY)
    assert [one.patient_id for one in found] == [cast.walter.id, cast.rosa.id]
    assert [one.patient_id for one in await late(database, cast, NOW + 3.5 * DAY)] == [cast.walter.id, cast.rosa.id]
