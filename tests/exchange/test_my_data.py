"""What a patient takes along: all that they gave, as FHIR R4 and to read; nobody else gets it."""

import json
from datetime import datetime

import pytest

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.db import Database
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter
from tests.stories import STEADY, answered, audited, due_check_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def lived(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 12, 1, 10)))
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | {"mood": None, "fall": True})
        await answered(db, cast.walter, await due_check_in(db, cast.walter), STEADY)


async def test_as_fhir(signed_in: Enter, cast: Cast, lived: None, database: Database) -> None:
    rosa = await signed_in(cast.rosa)
    told = await rosa.get("/my-data.json")
    assert told.headers["content-type"].startswith("application/fhir+json")
    assert told.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    bundle = json.loads(told.content)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert (bundle["type"], kinds) == ("collection", ["Patient", "Appointment", "QuestionnaireResponse"])
    visit, response = (entry["resource"] for entry in bundle["entry"][1:])
    assert (visit["start"], visit["status"]) == ("2026-12-01T15:00:00+00:00", "booked")
    answers = {item["linkId"]: item.get("answer") for item in response["item"]}
    assert answers["pain"] == [{"valueInteger": 1}]
    assert answers["fall"] == [{"valueBoolean": True}]
    assert answers["speech"][0]["valueCoding"]["code"] == "none"
    assert answers["mood"] is None
    assert cast.walter.name not in told.text
    assert "patient.exported" in await audited(database, cast.rosa.id)


async def test_to_read(signed_in: Enter, cast: Cast, lived: None) -> None:
    rosa = await signed_in(cast.rosa)
    assert "Get a page to read" in words(await rosa.get("/my-data"))
    page = await rosa.get("/my-data.html")
    said = words(page)
    for part in (
        cast.rosa.name,
        "Tue, Dec 1, 10:00 AM",
        "Weekly check-in",
        "How is your breathing?",
        "No trouble",
        "Skipped",
    ):
        assert part in said, part
    assert "<script" not in page.text


async def test_it_is_the_patients_alone(signed_in: Enter, cast: Cast, lived: None) -> None:
    luis = await signed_in(cast.luis)
    for path in ("/my-data", "/my-data.json", "/my-data.html"):
        assert (await luis.get(path)).status_code in (403, 404)
