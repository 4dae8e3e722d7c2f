"""Whether anybody has seen an appointment in the app."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking
from server.appointments.seen_appointments import was_seen
from server.people.models import Patient
from tests.appointments.scene import FIRST
from tests.cast import NOW, Cast, work_by
from tests.stories import device_of


@pytest.mark.parametrize("whose", ["rosa", "luis", "walter"])
@pytest.mark.parametrize(("opened", "ended"), [(5, False), (-5, False), (5, True)])
async def test_opening_the_app_on_one_of_their_phones_counts_as_seeing_it(
    db: AsyncSession, cast: Cast, whose: str, opened: int, ended: bool
) -> None:
    phone = await device_of(db, getattr(cast, whose))
    appointment = await booking.book(work_by(db, cast.maria), await db.get_one(Patient, cast.rosa.id), FIRST)
    phone.seen_at, phone.ended_at = NOW + timedelta(minutes=opened), NOW if ended else None
    await db.flush()
    seen = await was_seen(work_by(db, cast.maria), appointment)
    assert seen == (whose != "walter" and opened > 0 and not ended)


async def test_a_reply_counts_as_seeing_it(db: AsyncSession, cast: Cast) -> None:
    appointment = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert not await was_seen(work_by(db, cast.maria), appointment)
    appointment.replied_at = NOW
    assert await was_seen(work_by(db, cast.maria), appointment)
