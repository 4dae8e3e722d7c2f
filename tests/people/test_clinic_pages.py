"""An admin keeps what patients see of the clinic."""

import pytest

from server.db import Database
from server.people.models import Clinic
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import audited, rows
from tests.web import words

FACTS = {
    "name": "Harbor Infusion Center",
    "zone": "America/New_York",
    "phone": "(555) 010-0199",
    "emergency_number": "112",
    "crisis_line": "988",
    "address": "14 Elm Street",
    "visit_instructions": "Bring someone to drive you.",
    "opens-0": "09:00",
    "closes-0": "13:00",
}


async def harbor(database: Database, cast: Cast) -> Clinic:
    [found] = await rows(database, Clinic, Clinic.id == cast.harbor.id)
    return found


async def test_what_an_admin_changes_patients_see(signed_in: Enter, cast: Cast, database: Database) -> None:
    ruth, rosa = await signed_in(cast.ruth), await signed_in(cast.rosa)
    assert (await ruth.submit("/staff/clinic", FACTS)).status_code == 200
    clinic = await harbor(database, cast)
    assert (clinic.phone, clinic.staffed_hours) == ("(555) 010-0199", {"0": ["09:00", "13:00"]})
    help_page = words(await rosa.get("/help"))
    assert "(555) 010-0199" in help_page
    assert "112" in help_page
    assert await audited(database, clinic.id) == ["clinic.changed"]


@pytest.mark.parametrize(
    "changed",
    [
        {"zone": "Moon/Sea"},
        {"name": ""},
        {"phone": " "},
        {"emergency_number": ""},
        {"crisis_line": ""},
        {"opens-0": "17:00", "closes-0": "08:00"},
        {"opens-0": "8:00", "closes-0": "17:00"},
        {"opens-0": "24:00", "closes-0": "25:00"},
        {"opens-1": "08:00", "closes-1": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_facts_that_cannot_be_are_refused(
    signed_in: Enter, cast: Cast, database: Database, changed: dict[str, str]
) -> None:
    ruth = await signed_in(cast.ruth)
    refused = await ruth.submit("/staff/clinic", FACTS | changed)
    assert refused.status_code == 422
    assert "14 Elm Street" in refused.text
    assert (await harbor(database, cast)).address == "12 Elm Street"
