"""An admin who saves a new address is asked about the visits at the old one (case 108)."""

import pytest

from server.appointments.models import Appointment
from server.appointments.rules import PLACE
from server.db import Database
from server.people.models import Clinic
from tests.appointments.scene import book, only_visit
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.desk.test_clinic_pages import FACTS
from tests.stories import rows
from tests.web.form_reader import read

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_case_108_a_new_address_asks_about_the_visits_at_the_old_one(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ruth = await signed_in(cast.ruth)
    await book(ruth, cast)
    await ruth.submit("/staff/clinic", FACTS | {"address": "12 Elm Street"})
    visit = await only_visit(database)
    await ruth.submit(f"/staff/visits/{visit.id}/correct", {"place": "12 Elm Street", "minutes": "90"})
    asked = await ruth.submit("/staff/clinic", FACTS | {"address": "40 Oak Avenue"})
    assert asked.url.path == "/staff/visits/at"
    assert "1 upcoming visit is booked at 12 Elm Street" in words(asked)
    await ruth.submit("/staff/visits/at", {"place": "12 Elm Street"})
    assert [row.place for row in await rows(database, Appointment)] == ["40 Oak Avenue"]


@pytest.mark.parametrize("pasted", ["12  Elm Street", "12 Elm Street\u200b", "Cafe\u0301, 12 Elm Street"])
async def test_case_108_an_address_finds_its_visits_however_it_was_pasted(
    signed_in: Enter, cast: Cast, database: Database, pasted: str
) -> None:
    ruth = await signed_in(cast.ruth)
    await book(ruth, cast)
    async with database.writing() as db:  # as a former version stored it
        (await db.get_one(Clinic, cast.harbor.id)).address = pasted
    visit = await only_visit(database)
    await ruth.submit(f"/staff/visits/{visit.id}/correct", {"place": pasted, "minutes": "90"})
    asked = await ruth.submit("/staff/clinic", FACTS | {"address": "40 Oak Avenue"})
    assert asked.url.path == "/staff/visits/at"
    await ruth.submit("/staff/visits/at", {"place": pasted})
    assert [row.place for row in await rows(database, Appointment)] == ["40 Oak Avenue"]


async def test_case_84_an_address_is_no_longer_than_the_place_of_a_visit(signed_in: Enter, cast: Cast) -> None:
    ruth = await signed_in(cast.ruth)
    refused = await ruth.submit("/staff/clinic", FACTS | {"address": "a" * (PLACE + 1)})
    assert (refused.status_code, "a" * (PLACE + 1) in refused.text) == (422, True)
    assert (await ruth.submit("/staff/clinic", FACTS | {"address": "a" * PLACE})).status_code == 200


async def test_case_108_an_address_without_visits_asks_nothing_of_anybody(signed_in: Enter, cast: Cast) -> None:
    ruth, maria = await signed_in(cast.ruth), await signed_in(cast.maria)
    await ruth.submit("/staff/clinic", FACTS | {"address": "12 Elm Street"})
    page = await ruth.submit("/staff/clinic", FACTS | {"address": "40 Oak Avenue"})
    assert page.url.path == "/staff/clinic"
    assert "No upcoming visit is booked" in words(await ruth.get("/staff/visits/at?place=12%20Elm%20Street"))
    assert (await maria.get("/staff/visits/at?place=x")).status_code == 403


async def test_case_89_visits_move_only_to_the_address_that_the_page_showed(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ruth = await signed_in(cast.ruth)
    await book(ruth, cast, place="12 Elm Street")
    await ruth.submit("/staff/clinic", FACTS | {"address": "12 Elm Street"})
    asked = await ruth.submit("/staff/clinic", FACTS | {"address": "40 Oak Avenue"})
    [form] = [form for form in read(asked.text).forms if form.action == "/staff/visits/at"]
    await ruth.submit("/staff/clinic", FACTS | {"address": "99 Pine Road"})
    older = await ruth.submit("/staff/visits/at", form.sent())
    assert older.status_code == 409
    assert "It is saved: 99 Pine Road." in words(older)
    assert [row.place for row in await rows(database, Appointment)] == ["12 Elm Street"]
    [form] = [form for form in read(older.text).forms if form.action == "/staff/visits/at"]
    await ruth.submit("/staff/visits/at", form.sent())
    assert [row.place for row in await rows(database, Appointment)] == ["99 Pine Road"]
