"""Lists of appointments."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking
from server.appointments import lists as appointment_lists
from server.appointments.booking import NewAppointment
from tests.appointments.scene import FIRST
from tests.cast import NOW, Cast, work_by


async def test_the_next_visit_is_the_coming_one_or_the_one_under_way(db: AsyncSession, cast: Cast) -> None:
    today = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 11, 16, 10)))
    later = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    for hours, expected in ((0, today), (4, today), (6, later)):
        found = await appointment_lists.next_appointment(db, cast.rosa.id, NOW + timedelta(hours=hours))
        assert found is expected
