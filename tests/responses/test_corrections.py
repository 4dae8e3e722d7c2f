"""Answers that staff entered by phone can be corrected: both versions stay, and the flags follow (case 115)."""

import re

import pytest

from server.audit import AuditEvent
from server.checkins.models import CheckIn
from server.db import Database
from server.exchange import my_data
from server.exchange.fhir import bundle
from server.flags.models import Flag
from server.flags.rules import FlagOutcome, Severity
from server.people.models import Patient
from server.questionnaires.answers import answers_from_json
from server.responses import corrections
from server.responses.models import Response
from tests.browser_without_screen import Browser, markup, words
from tests.cast import NOW, Cast
from tests.conftest import Enter, StillClock
from tests.stories import due_check_in, rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ANSWERS = {"breathing": "little", "swallowing": "none", "speech": "none", "fall": "no", "pain": "0"}
RED = ANSWERS | {"breathing": "very-hard"}


@pytest.fixture
async def maria(signed_in: Enter, cast: Cast, database: Database) -> Browser:
    """Maria's desk, as Rosa's check-in is due."""
    async with database.writing() as db:
        await due_check_in(db, cast.rosa)
    return await signed_in(cast.maria)


async def enter(maria: Browser, database: Database, answers: dict[str, str]) -> Response:
    """Enter the answers by phone; if some are stored, correct them. Returns the version that counts."""
    stored = [response for response in await rows(database, Response) if response.undone_at is None]
    due = min(await rows(database, CheckIn), key=lambda check_in: check_in.due_at)
    path = f"/staff/responses/{stored[0].id}/correct" if stored else f"/staff/check-ins/{due.id}/by-phone"
    page = await maria.submit(path, answers)
    assert page.status_code == 200, words(page)
    [counts] = [response for response in await rows(database, Response) if response.undone_at is None]
    assert page.url.path == f"/staff/responses/{counts.id}"
    return counts


async def open_flags(database: Database) -> dict[str, Severity]:
    return {flag.item: flag.severity for flag in await rows(database, Flag) if flag.closed_at is None}


async def test_case_115_a_correction_keeps_both_versions(maria: Browser, database: Database, clock: StillClock) -> None:
    earlier = await enter(maria, database, RED)
    clock.move(hours=1)
    corrected = await enter(maria, database, ANSWERS)
    versions = {each.id: answers_from_json(each.answers) for each in await rows(database, Response)}
    assert (versions[earlier.id]["breathing"], versions[corrected.id]["breathing"]) == ("very-hard", "little")
    page = await maria.get(f"/staff/responses/{corrected.id}")
    assert "Before the correction: entered by Maria Alvarez, Mon, Nov 16, 9:00 AM" in words(page)
    assert markup(page).count("<del") == 1
    old = await maria.get(f"/staff/responses/{earlier.id}")
    assert "This version was corrected" in words(old)
    assert f'href="/staff/responses/{corrected.id}"' in old.text
    assert "withdrawn by the patient" not in words(old)


async def test_case_115_a_flag_that_only_the_mistake_raised_is_closed_as_corrected(
    maria: Browser, database: Database
) -> None:
    await enter(maria, database, RED)
    assert await open_flags(database) == {"breathing": Severity.URGENT}
    await enter(maria, database, ANSWERS)
    [flag] = await rows(database, Flag)
    [counts] = [response for response in await rows(database, Response) if response.undone_at is None]
    assert "Urgent" not in words(await maria.get(f"/staff/responses/{counts.id}"))
    assert (flag.outcome, flag.escalate_at) == (FlagOutcome.CORRECTED, None)
    events = await rows(database, AuditEvent)
    assert {"response.corrected", "flag.closed"} <= {event.verb for event in events}


async def test_case_115_a_new_red_answer_raises_at_once_and_shows_what_to_do(
    maria: Browser, database: Database
) -> None:
    first = await enter(maria, database, ANSWERS)
    form = markup(await maria.get(f"/staff/responses/{first.id}/correct"))
    assert 'data-red="breathing"' in form
    assert form.count(" checked") == len(ANSWERS)
    corrected = await enter(maria, database, RED)
    assert await open_flags(database) == {"breathing": Severity.URGENT}
    assert "Urgent: tell the patient now" in words(await maria.get(f"/staff/responses/{corrected.id}"))


async def test_case_115_a_smaller_worry_replaces_the_mistaken_one(maria: Browser, database: Database) -> None:
    """A flag was just closed for this item, but as corrected: that does not keep the right answer quiet."""
    await enter(maria, database, ANSWERS | {"speech": "very-hard"})
    await enter(maria, database, ANSWERS)
    await enter(maria, database, ANSWERS | {"speech": "very-hard"})
    assert await open_flags(database) == {"speech": Severity.TODAY}
    outcomes = [flag.outcome for flag in await rows(database, Flag) if flag.closed_at is not None]
    assert outcomes == [FlagOutcome.CORRECTED]


async def test_case_115_the_flag_says_what_no_longer_counts(maria: Browser, database: Database) -> None:
    """Corrected to a smaller worry: the flag stays open and is no longer urgent."""
    await enter(maria, database, RED)
    await enter(maria, database, ANSWERS | {"breathing": "hard"})
    [flag] = await rows(database, Flag)
    assert (flag.severity, flag.closed_at) == (Severity.TODAY, None)
    shown = words(await maria.get(f"/staff/flags/{flag.id}"))
    assert "Corrected Mon, Nov 16, 9:00 AM: “Very hard” was entered by mistake and no longer counts." in shown
    patient = words(await maria.get(f"/staff/patients/{flag.patient_id}"))
    assert "corrected an answer behind a flag" in patient


async def test_case_115_the_export_and_the_print_show_that_it_was_corrected(
    maria: Browser, cast: Cast, database: Database
) -> None:
    await enter(maria, database, RED)
    await enter(maria, database, ANSWERS)
    async with database.reading() as db:
        data = await my_data.gather(db, await db.get_one(Patient, cast.rosa.id))
    found = [each["resource"] for each in bundle.bundle(data, NOW)["entry"]]
    [answered] = [each for each in found if each["resourceType"] == "QuestionnaireResponse"]
    assert answered["status"] == "amended"
    assert "corrected:" in words(await maria.get(f"/staff/patients/{cast.rosa.id}/print"))


async def test_case_115_an_earlier_version_cannot_be_corrected_again_and_nothing_is_saved_twice(
    maria: Browser, database: Database
) -> None:
    earlier = await enter(maria, database, RED)
    same = await maria.submit(f"/staff/responses/{earlier.id}/correct", RED)
    assert (same.status_code, "Nothing differs" in words(same)) == (422, True)
    corrected = await enter(maria, database, ANSWERS)
    late = await maria.submit(f"/staff/responses/{earlier.id}/correct", ANSWERS | {"pain": "9"})
    assert (late.status_code, f'action="/staff/responses/{corrected.id}/correct"' in late.text) == (409, True)
    twice = await maria.submit(f"/staff/responses/{earlier.id}/correct", ANSWERS)
    assert twice.url.path == f"/staff/responses/{corrected.id}"
    assert len(await rows(database, Response)) == 2


async def test_case_115_what_a_patient_sent_cannot_be_corrected(
    maria: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    corrected = await enter(maria, database, ANSWERS)
    async with database.writing() as db:
        (await db.get_one(Response, corrected.id)).entered_by = None
    assert (await maria.get(f"/staff/responses/{corrected.id}/correct")).status_code == 410
    assert "Correct these answers" not in words(await maria.get(f"/staff/responses/{corrected.id}"))
    tom = await signed_in(cast.tom)
    assert (await tom.submit(f"/staff/responses/{corrected.id}/correct", RED)).status_code == 404


async def test_case_115_the_versions_of_an_answer_lead_to_each_other(maria: Browser, database: Database) -> None:
    first, second, third = [await enter(maria, database, RED | {"pain": pain}) for pain in ("0", "1", "2")]
    async with database.reading() as db:
        stored = {each.id: await db.get_one(Response, each.id) for each in (first, second, third)}
        assert [each.id for each in await corrections.versions_before(db, stored[third.id])] == [second.id, first.id]
        assert await corrections.versions_before(db, stored[first.id]) == []
        assert await corrections.version_after(db, stored[first.id]) is stored[second.id]
        assert await corrections.version_after(db, stored[third.id]) is None
    assert [corrections.may_correct(each) for each in stored.values()] == [False, False, True]


async def test_case_115_of_two_who_correct_at_once_neither_loses_a_red_answer(
    maria: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    earlier = await enter(maria, database, ANSWERS)
    ken = await signed_in(cast.ken)
    await ken.submit(f"/staff/responses/{earlier.id}/correct", ANSWERS | {"pain": "7"})
    late = await maria.submit(f"/staff/responses/{earlier.id}/correct", RED)
    assert late.status_code == 409
    assert "Ken Osei entered answers to this check-in, Mon, Nov 16, 9:00 AM" in words(late)
    assert "These differ: Breathing, Pain." in words(late)
    assert re.search(r'name="breathing"\s+value="very-hard"\s+checked', late.text)
    action = re.search(r'class="stack wide asked" method="post" action="([^"]+)"', late.text)
    assert action is not None
    await maria.submit(action[1], RED)
    assert (await open_flags(database))["breathing"] == "urgent"
    assert len(await rows(database, Response)) == 3
