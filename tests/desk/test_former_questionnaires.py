"""A questionnaire that an earlier reader let be published, and that Interlude cannot ask today (case 111)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from server.checkins import flow as checkins
from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires import flow
from server.questionnaires.models import Questionnaire
from server.reminders.models import Reminder
from server.responses.models import Response
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.flags.scene import answers
from tests.stories import due_check_in, rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FAULTS = {
    "asked by the answer to gone": {"enableWhen": [{"question": "gone", "operator": "=", "answerBoolean": True}]},
    "items of type text": {"type": "text", "answerOption": []},
}


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """A process keeps what it has read."""
    flow._definitions.clear()
    yield
    flow._definitions.clear()


async def when_the_reader_refuses(database: Database, slug: str, fault: str) -> None:
    for row in [each for each in await rows(database, Questionnaire) if each.slug == slug]:
        first, *others = row.resource["item"]
        changed = row.resource | {"item": [first | FAULTS[fault], *others]}
        async with database.writing() as db:
            await db.execute(update(Questionnaire).where(Questionnaire.id == row.id).values(resource=changed))
    flow._definitions.clear()


@pytest.mark.parametrize("fault", FAULTS)
async def test_case_111_a_former_questionnaire_is_not_asked_and_stops_no_page(
    signed_in: Enter, cast: Cast, database: Database, fault: str
) -> None:
    """Rosa has answered it before, and has another check-in besides."""
    await answers(database, cast.rosa, {"speech": "hard"})
    [response] = await rows(database, Response)
    async with database.writing() as db:
        former = (await due_check_in(db, cast.rosa, "weekly-als")).id
        other = (await due_check_in(db, cast.rosa, "daily-three")).id
    rosa, maria, patient = await signed_in(cast.rosa), await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    await when_the_reader_refuses(database, "weekly-als", fault)

    home = (await rosa.get("/")).text
    assert (f"/check-ins/{other}" in home, f"/check-ins/{former}" in home) == (True, False)
    for address in (f"/check-ins/{former}", f"/check-ins/{former}/who", f"/check-ins/{former}/q/speech"):
        assert (await rosa.get(address)).status_code == 404
    assert (await rosa.submit(f"/check-ins/{former}/send", {"who": "self"})).status_code == 404
    bundle = (await rosa.get("/held")).json()
    assert former not in [each["id"] for each in bundle["forms"]]
    for address in ("/answers", f"/check-ins/{response.check_in_id}/sent"):
        assert (await rosa.get(address)).status_code == 200
    assert "speech hard" in words(await rosa.get("/my-data.html"))
    exported = (await rosa.get("/my-data.json")).json()
    [answered] = [e["resource"] for e in exported["entry"] if e["resource"]["resourceType"] == "QuestionnaireResponse"]
    assert {"linkId": "speech", "answer": [{"valueString": "hard"}]} in answered["item"]

    for address in ("/staff", "/staff?show=late", "/staff/triggers", f"{patient}/print"):
        assert (await maria.get(address)).status_code == 200
    page = await maria.get(patient)
    assert "Interlude can't ask these questions any more" in words(page)
    assert fault in words(page)
    assert 'value="weekly-als"' not in page.text
    assert (await maria.get(f"/staff/check-ins/{former}/by-phone")).status_code == 410
    stored = words(await maria.get(f"/staff/responses/{response.id}"))
    assert "shown as they were stored" in stored
    assert "speech hard" in stored


async def test_case_111_nobody_is_reminded_of_a_former_questionnaire(cast: Cast, database: Database) -> None:
    """What waits of it is cancelled within the hour, with its reminders, and no more is made of it."""
    async with database.writing() as db:
        await due_check_in(db, cast.rosa, "weekly-als")
    await when_the_reader_refuses(database, "weekly-als", "items of type text")
    async with database.writing() as db:
        await checkins.schedule_all(db, NOW + timedelta(days=7))
    assert {row.state for row in await rows(database, CheckIn)} == {"cancelled"}
    assert {row.state for row in await rows(database, Reminder)} == {"cancelled"}
