"""When the clinic moves house, the visits booked at its old address move with it, if staff say so (case 108)."""

from datetime import timedelta

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.appointments.clinic_move import flow
from server.appointments.models import Appointment
from server.clock import to_wall
from server.db import Database
from tests.cast import NOW, Cast, work_by
from tests.stories import rows


async def test_case_108_visits_to_come_at_the_old_address_get_the_new_one(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        work, wall = work_by(db, cast.maria), to_wall(NOW, cast.harbor.zone)
        here = await booking.book(work, cast.rosa, NewAppointment(wall + timedelta(days=2), place="12 Elm Street"))
        there = await booking.book(work, cast.walter, NewAppointment(wall + timedelta(days=2), place="Hospital"))
        assert [visit.id for visit in await flow.booked_at(work, "12 Elm Street")] == [here.id]
        assert await flow.take_along(work, "12 Elm Street", "40 Oak Avenue") == 1
        assert await flow.take_along(work, "12 Elm Street", "40 Oak Avenue") == 0
    places = {visit.id: visit.place for visit in await rows(database, Appointment)}
    assert places == {here.id: "40 Oak Avenue", there.id: "Hospital"}
