"""A patient sets how the clinic makes contact."""

import pytest

from server.db import Database
from server.people.models import Patient
from server.people.rules import ContactBy
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import audited, rows

# The functions below these pages are tested on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def patient_row(database: Database, cast: Cast) -> Patient:
    [found] = await rows(database, Patient, Patient.id == cast.rosa.id)
    return found


async def test_a_patient_chooses_the_contact_and_voice_is_never_assumed(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis, maria = await signed_in(cast.rosa), await signed_in(cast.luis), await signed_in(cast.maria)
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).contact = ContactBy.NOT_CHOSEN
    assert "has not said how" in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    for contact, sentence in (("text", "prefers a text"), ("caregiver", "call the helper"), ("call", "voice call")):
        page = await rosa.submit("/settings/contact", {"contact": contact})
        assert f'value="{contact}" class="said"' in page.text
        assert sentence in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    assert (await rosa.submit("/settings/contact", {"contact": "shout"})).status_code == 422
    assert (await luis.submit("/settings/contact", {"contact": "text"})).status_code == 403
    assert (await audited(database, cast.rosa.id)).count("patient.contact") == 3
