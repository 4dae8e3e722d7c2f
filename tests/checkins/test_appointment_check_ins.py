"""The check-ins before and after an appointment follow its changes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.checkins import appointment_check_ins
from server.checkins.appointment_check_ins import TiedTo
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.clock import to_utc, to_wall
from server.db import Database
from tests.appointments.scene import DECEMBER, around
from tests.cast import Cast, work_by
from tests.stories import audited, rows


@pytest.fixture
async def appointment_id(database: Database, cast: Cast) -> str:
    """An appointment that was booked before Rosa got plans to be asked before and after each appointment."""
    async with database.writing() as db:
        appointment = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(DECEMBER))
        await around(db, cast)
    return appointment.id


async def attach(database: Database, cast: Cast, appointment_id: str, starts: datetime = DECEMBER) -> None:
    async with database.writing() as db:
        await appointment_check_ins.attach_to_appointment(
            work_by(db, cast.maria), cast.rosa, TiedTo(appointment_id, starts, cast.harbor.zone)
        )


async def tied(database: Database) -> list[tuple[str, str]]:
    """When each tied check-in falls due, in New York time, and its state."""
    found = sorted(await rows(database, CheckIn), key=lambda one: one.due_at)
    return [(f"{to_wall(one.due_at, 'America/New_York'):%m-%d %H:%M}", one.state) for one in found]


async def test_check_ins_move_with_the_appointment_and_keep_their_ids(
    database: Database, cast: Cast, appointment_id: str
) -> None:
    await attach(database, cast, appointment_id)
    before = {one.id for one in await rows(database, CheckIn)}
    assert await tied(database) == [("11-30 10:00", "waiting"), ("12-02 10:00", "waiting")]
    await attach(database, cast, appointment_id, DECEMBER + timedelta(days=2))
    assert await tied(database) == [("12-02 10:00", "waiting"), ("12-04 10:00", "waiting")]
    assert {one.id for one in await rows(database, CheckIn)} == before


async def test_an_appointment_moved_into_the_past_has_no_check_in_before_it(
    database: Database, cast: Cast, appointment_id: str
) -> None:
    await attach(database, cast, appointment_id)
    await attach(database, cast, appointment_id, datetime(2026, 11, 16, 8))
    assert await tied(database) == [("11-17 10:00", "waiting"), ("11-30 10:00", "cancelled")]


async def test_a_cancelled_appointment_has_no_check_ins(database: Database, cast: Cast, appointment_id: str) -> None:
    await attach(database, cast, appointment_id)
    async with database.writing() as db:
        await appointment_check_ins.cancel_for_appointment(work_by(db, cast.maria), appointment_id, "cancelled")
    assert {state for _, state in await tied(database)} == {"cancelled"}
    [first, _] = await rows(database, CheckIn)
    assert "check-in.cancelled" in await audited(database, first.id)


@pytest.mark.parametrize("state", [CheckInState.WAITING, CheckInState.DONE])
async def test_case_108_nobody_is_asked_again_while_the_time_stands(
    database: Database, cast: Cast, appointment_id: str, state: CheckInState
) -> None:
    """Staff corrected the room in the afternoon before; the patient had been asked at 10 AM."""
    afternoon = to_utc(DECEMBER, cast.harbor.zone) - timedelta(hours=18)
    await attach(database, cast, appointment_id)
    async with database.writing() as db:
        first = (await db.scalars(select(CheckIn).order_by(CheckIn.due_at))).first()
        assert first is not None
        first.state = state
    before = await tied(database)
    async with database.writing() as db:
        now = TiedTo(appointment_id, DECEMBER, cast.harbor.zone)
        await appointment_check_ins.attach_to_appointment(work_by(db, cast.maria, afternoon), cast.rosa, now)
    assert await tied(database) == before
