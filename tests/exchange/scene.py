"""A patient's history: visits, answers, messages."""

from datetime import datetime

import pytest

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.db import Database
from tests.cast import Cast, work_by
from tests.stories import STEADY, answered, due_check_in


@pytest.fixture
async def lived(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 12, 1, 10)))
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | {"mood": None, "fall": True})
        await answered(db, cast.walter, await due_check_in(db, cast.walter), STEADY)
