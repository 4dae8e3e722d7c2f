"""A patient downloads all of their own data, as FHIR R4 and as a readable page, and nobody else gets it."""

import json

import pytest

from server.db import Database
from server.exchange import my_data
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import audited

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_the_fhir_file_holds_all_of_the_patients_data(
    signed_in: Enter, cast: Cast, lived: None, database: Database
) -> None:
    rosa = await signed_in(cast.rosa)
    exported = await rosa.get("/my-data.json")
    assert exported.headers["content-type"].startswith("application/fhir+json")
    assert exported.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    bundle = json.loads(exported.content)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    wanted = ["Patient", "Appointment", "QuestionnaireResponse", "Questionnaire", "Organization"]
    assert (bundle["type"], kinds) == ("collection", wanted)
    visit, response = (entry["resource"] for entry in bundle["entry"][1:3])
    assert (visit["start"], visit["status"]) == ("2026-12-01T15:00:00+00:00", "booked")
    answers = {item["linkId"]: item.get("answer") for item in response["item"]}
    assert answers["pain"] == [{"valueInteger": 1}]
    assert answers["fall"] == [{"valueBoolean": True}]
    assert answers["speech"][0]["valueCoding"]["code"] == "none"
    assert answers["mood"] is None
    assert cast.walter.name not in exported.text
    assert "patient.exported" in await audited(database, cast.rosa.id)


async def test_the_readable_page_holds_all_of_the_patients_data(signed_in: Enter, cast: Cast, lived: None) -> None:
    rosa = await signed_in(cast.rosa)
    assert "Get a page to read" in words(await rosa.get("/my-data"))
    page = await rosa.get("/my-data.html")
    page_text = words(page)
    for part in (
        cast.rosa.name,
        "Tue, Dec 1, 10:00 AM",
        "Weekly check-in",
        "How is your breathing?",
        "No trouble",
        "Skipped",
    ):
        assert part in page_text, part
    assert "<script" not in page.text


async def test_everything_of_the_patient_is_gathered_and_a_skip_has_no_words(
    cast: Cast, lived: None, database: Database
) -> None:
    async with database.reading() as db:
        mine = await my_data.gather(db, cast.rosa)
    [answered] = mine.answers
    words_by_item = {question.link_id: text for question, text in my_data.lines(answered.response, answered.definition)}
    assert (words_by_item["fall"], words_by_item["breathing"], words_by_item["mood"]) == ("Yes", "No trouble", None)
    assert (mine.clinic.id, len(mine.visits), mine.caregivers) == (cast.harbor.id, 1, {})
