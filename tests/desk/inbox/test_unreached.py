"""Not reached, the patient's page and the rota say why a number gets no texts, and since when (case 128)."""

from datetime import timedelta

import pytest

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.clock import to_wall
from server.db import Database
from server.desk.inbox import unreached
from server.people.models import Staff
from server.people.texting.rules import Incoming
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.people.texting.scene import arrives, consent, text, undeliverable

BLOCKS = [
    (text("STOP"), "stopped our texts: Mon, Nov 16, 9:00 AM"),
    (undeliverable(), "texts can't be delivered since Mon, Nov 16, 9:00 AM"),
]


@pytest.mark.parametrize(("block", "why"), BLOCKS, ids=["stopped", "undeliverable"])
async def test_case_128_the_pages_say_why_a_number_gets_no_texts(
    signed_in: Enter, cast: Cast, database: Database, block: Incoming, why: str
) -> None:
    await consent(database, cast.rosa)
    maria = await signed_in(cast.maria)
    assert "Numbers that get no texts" not in words(await maria.get("/staff?show=unreached"))
    await arrives(database, block)
    listed = words(await maria.get("/staff?show=unreached")).partition("Numbers that get no texts")[2]
    assert "Rosa Delgado" in listed
    assert f"Phone: (212) 555-0101 · {why}" in listed
    assert why in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    async with database.reading() as db:
        assert (await unreached.of(work_by(db, cast.maria))).count == 1
        assert (await unreached.of(work_by(db, cast.tom))).count == 0


async def test_case_128_a_patient_who_was_not_reached_has_the_reason_in_the_row(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    starts = to_wall(NOW + timedelta(hours=20), cast.rosa.zone)
    async with database.writing() as db:
        await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))
    await arrives(database, text("STOP"))
    maria = await signed_in(cast.maria)
    listed = words(await maria.get("/staff?show=unreached"))
    assert listed.count("stopped our texts: Mon, Nov 16") == 2  # not confirmed, and without a phone
    await arrives(database, text("START", at=NOW + timedelta(seconds=1)), NOW + timedelta(seconds=1))
    assert "stopped our texts" not in words(await maria.get("/staff?show=unreached"))


async def test_case_128_the_rota_says_that_a_contacts_number_gets_no_texts(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        ken = await db.get_one(Staff, cast.ken.id)
        ken.phone, ken.phone_tel, ken.on_call = "(212) 555-0103", "+12125550103", 1
    await arrives(database, undeliverable("+12125550103"))
    ruth = await signed_in(cast.ruth)
    assert "texts can't be delivered since Mon, Nov 16" in words(await ruth.get("/staff/clinic/on-call"))
    assert "Ken Osei" in words(await ruth.get("/staff?show=unreached")).partition("Numbers that get no texts")[2]
