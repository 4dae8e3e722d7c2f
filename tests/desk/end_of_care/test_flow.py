"""A death or hospice care ends messages and visits in one act, and a mistake can be taken back (case 117)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete

from server import audit
from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment, EndOfCare
from server.clock import to_wall
from server.db import Database
from server.desk.end_of_care import flow
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.pauses.rules import begins
from server.people.rules import ENDS_CARE, PauseReason
from server.reminders.models import Reminder
from server.reminders.states import PENDING
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.stories import audited, rows

END = date(2026, 12, 24)


async def booked(database: Database, cast: Cast, *days: int) -> list[str]:
    """Visits of Rosa's, so many days from now."""
    ids = []
    async with database.writing() as db:
        for day in days:
            starts = to_wall(NOW + timedelta(days=day), cast.harbor.zone)
            visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts, place="Room 2"))
            ids.append(visit.id)
    return ids


@pytest.mark.parametrize("why", ENDS_CARE)
async def test_case_117_messages_and_visits_end_in_one_act_and_nobody_is_told(
    database: Database, cast: Cast, why: PauseReason
) -> None:
    """Not even once the mistake is taken back: a notice of a cancelled visit waited for that."""
    [seen, _] = await booked(database, cast, 2, 9)
    async with database.writing() as db:
        (await db.get_one(Appointment, seen)).replied_at = NOW
        ended = await flow.end(work_by(db, cast.maria), await db.get_one(Patient, cast.rosa.id), why)
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    assert (rosa.paused_at, rosa.pause_reason) == (NOW, why)
    visits = await rows(database, Appointment)
    assert {(visit.status, visit.end_of_care_id) for visit in visits} == {("cancelled", ended.id)}
    assert [row for row in await rows(database, Reminder) if row.state in PENDING] == []
    assert "care.ended" in await audited(database, ended.id)


async def test_case_117_a_second_press_changes_nothing(database: Database, cast: Cast) -> None:
    for _ in range(2):
        async with database.writing() as db:
            rosa = await db.get_one(Patient, cast.rosa.id)
            await flow.end(work_by(db, cast.maria), rosa, PauseReason.DEATH)
    assert len(await rows(database, EndOfCare)) == 1


async def test_case_117_a_mistake_is_taken_back_and_each_visit_is_restored_by_hand(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    soon, later = await booked(database, cast, 2, 9)
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await flow.end(work_by(db, cast.maria), rosa, PauseReason.DEATH)
        assert not await flow.restore(work_by(db, cast.maria), rosa, await db.get_one(Appointment, later))
    clock.move(days=3)
    async with database.writing() as db:
        rosa, work = await db.get_one(Patient, cast.rosa.id), work_by(db, cast.maria, clock())
        assert await flow.reverse(work, rosa, "Another Rosa Delgado.")
        assert not await flow.reverse(work, rosa, "twice")
        assert rosa.paused_at is None
        assert [visit.id for visit in await flow.cancelled(db, rosa)] == [soon, later]
        assert not await flow.restore(work, rosa, await db.get_one(Appointment, soon))
        assert await flow.restore(work, rosa, await db.get_one(Appointment, later))
    status = {visit.id: visit.status for visit in await rows(database, Appointment)}
    assert status == {soon: "cancelled", later: "booked"}
    coming = [row for row in await rows(database, Reminder) if row.subject_id == later and row.state == "scheduled"]
    assert {row.kind for row in coming} == {"visit"}
    [ended] = await rows(database, EndOfCare)
    assert (ended.reversed_by, ended.reason) == (cast.maria.id, "Another Rosa Delgado.")
    assert b"Rosa" not in (ended.reason_sealed or b"")


async def rosa_now(database: Database, cast: Cast) -> Patient:
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    return rosa


async def test_case_117_two_mistakes_in_a_row_leave_the_pause_as_it_was(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    """Nothing is resumed in between, and the pause keeps the moment when it began."""
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await pausing.pause(work_by(db, cast.rosa), rosa, PauseReason.CONSENT_WITHDRAWN)
    for _ in range(2):
        clock.move(minutes=10)
        async with database.writing() as db:
            rosa = await db.get_one(Patient, cast.rosa.id)
            await flow.end(work_by(db, cast.maria, clock()), rosa, PauseReason.DEATH)
        clock.move(minutes=10)
        async with database.writing() as db:
            rosa = await db.get_one(Patient, cast.rosa.id)
            assert await flow.reverse(work_by(db, cast.maria, clock()), rosa, "Another Rosa Delgado.")
    rosa = await rosa_now(database, cast)
    assert (rosa.paused_at, rosa.pause_reason) == (NOW, "consent-withdrawn")
    assert "patient.resumed" not in await audited(database, cast.rosa.id)


@pytest.mark.parametrize("former", [None, PauseReason.HOLIDAY, PauseReason.CONSENT_WITHDRAWN])
@pytest.mark.parametrize("during", [None, PauseReason.CONSENT_WITHDRAWN])
@pytest.mark.parametrize("acts", [("death",), ("hospice",), ("hospice", "death")])
async def test_case_117_a_reversal_needs_no_audit_log(
    database: Database, cast: Cast, former: PauseReason | None, during: PauseReason | None, acts: tuple[str, ...]
) -> None:
    """Old events may go: what an end of care overruled stands on the patient."""
    async with database.writing() as db:
        rosa, work = await db.get_one(Patient, cast.rosa.id), work_by(db, cast.maria)
        if former:
            await pausing.pause(work, rosa, former)
        for why in acts:
            await flow.end(work, rosa, PauseReason(why))
        if during:
            await pausing.pause(work, rosa, during)
        await db.flush()
        await db.execute(delete(audit.AuditEvent))
        for back in reversed(("", *acts[:-1])):
            assert await flow.reverse(work, rosa, "Another Rosa Delgado.")
            assert rosa.pause_reason == (back or during or former)
    assert (await rosa_now(database, cast)).former_pause is None


@pytest.mark.parametrize(("days", "back"), [(6, ("holiday", END)), (7, (None, None)), (400, (None, None))])
@pytest.mark.parametrize("acts", [("death",), ("hospice", "death")])
async def test_case_107_a_reversal_brings_a_pause_back_with_its_end_unless_that_has_passed(
    database: Database, cast: Cast, days: int, back: tuple[str | None, date | None], acts: tuple[str, ...]
) -> None:
    now = begins(END, cast.rosa.zone) - timedelta(days=7)
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await pausing.pause(work_by(db, cast.maria, now), rosa, PauseReason.HOLIDAY, END)
        for why in acts:
            await flow.end(work_by(db, cast.maria, now), rosa, PauseReason(why))
        assert rosa.paused_until is None
        for _ in acts:
            await flow.reverse(work_by(db, cast.maria, now + timedelta(days=days)), rosa, "Another Rosa Delgado.")
        assert (rosa.pause_reason, rosa.paused_until) == back
        assert (rosa.paused_at is None) == (back == (None, None))
    rosa = await rosa_now(database, cast)
    assert (rosa.former_pause, rosa.former_pause_until) == (None, None)
