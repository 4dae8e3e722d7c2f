"""A check-in is sent once, by the form that works without JavaScript (cases 41, 76)."""

import asyncio

import pytest
from httpx import Response as Answer

from server import crypto
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Base, Database
from server.flags.models import Flag
from server.responses import history
from server.responses.models import Draft, Response
from server.web.cookies import PERSON_COOKIE
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, audited, due_check_in, rows

WORSE = STEADY | {"speech": "very-hard"}


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    """Rosa's weekly check-in is due now."""
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


async def answer_all(device: Browser, check_in: CheckIn, answers: dict[str, object], who: str = "self") -> Answer:
    """Answers through the pages, without JavaScript."""
    for link_id, value in answers.items():
        typed = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        await device.submit(f"/check-ins/{check_in.id}/q/{link_id}", {"answer": typed, "who": who})
    return await device.submit(f"/check-ins/{check_in.id}/send", {"who": who})


async def only_response(database: Database) -> Response:
    [response] = await rows(database, Response)
    return response


async def test_the_form_sends_the_drafts(signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn) -> None:
    rosa = await signed_in(cast.rosa)
    sent = await answer_all(rosa, check_in, STEADY)
    assert sent.url.path == f"/check-ins/{check_in.id}/sent"
    assert "The clinic has received it" in words(sent)
    response = await only_response(database)
    assert history.answers_of(response) == STEADY
    assert (response.respondent, response.status, response.client_id) == ("self", "completed", check_in.client_id)
    assert b"none" not in response.answers_sealed
    assert await rows(database, Draft) == []
    assert "response.received" in await audited(database, response.id)


async def test_case_41_pressing_send_twice_is_one_response(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await answer_all(rosa, check_in, STEADY)
    again = await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    assert again.url.path == f"/check-ins/{check_in.id}/sent"
    await only_response(database)


async def test_case_90_undo_pressed_twice_leads_to_the_same_page(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.submit(f"/check-ins/{check_in.id}/q/breathing", {"answer": "little", "who": "self"})
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    pages = [await rosa.submit(f"/check-ins/{check_in.id}/withdraw") for _ in range(2)]
    assert [(page.status_code, page.url.path) for page in pages] == [(200, f"/check-ins/{check_in.id}/check")] * 2
    walter = await signed_in(cast.walter)
    assert (await walter.submit(f"/check-ins/{check_in.id}/withdraw")).status_code == 404


@pytest.mark.parametrize(
    ("phone", "who"), [("rosa", "hands"), ("rosa", "helper"), ("luis", "hands"), ("luis", "helper")]
)
async def test_case_90_undo_pressed_twice_keeps_private_questions_from_other_hands(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, phone: str, who: str
) -> None:
    rosa, device = await signed_in(cast.rosa), await signed_in(getattr(cast, phone))
    await rosa.submit(f"/check-ins/{check_in.id}/q/mood", {"answer": "very-hard", "who": "self"})
    await answer_all(device, check_in, {"breathing": "little"}, who)
    presses = [await device.submit(f"/check-ins/{check_in.id}/withdraw") for _ in range(2)]
    assert [press.url.query for press in presses] == [f"who={who}".encode()] * 2
    assert words(presses[1]) == words(presses[0])
    assert "who=self" not in presses[1].text


@pytest.mark.parametrize(("link_id", "answer", "stored"), [("breathing", "none", Draft), ("fall", "yes", Flag)])
async def test_case_41_a_double_tap_on_an_answer_stores_it_once(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, link_id: str, answer: str, stored: type[Base]
) -> None:
    """One draft of an answer, and one flag where the answer is urgent."""
    rosa = await signed_in(cast.rosa)
    path = f"/check-ins/{check_in.id}/q/{link_id}"
    taps = await asyncio.gather(*(rosa.submit(path, {"answer": answer, "who": "self"}) for _ in range(4)))
    assert [tap.status_code for tap in taps] == [200] * 4
    assert len(await rows(database, stored)) == 1


async def test_case_76_a_caregivers_answers_are_recorded_as_such(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    luis, maria = await signed_in(cast.luis), await signed_in(cast.maria)
    own_view = {link_id: value for link_id, value in STEADY.items() if link_id != "mood"}
    await answer_all(luis, check_in, own_view, "helper")
    response = await only_response(database)
    assert (response.respondent, response.caregiver_id) == ("helper", cast.luis.id)
    assert "What Luis Delgado sees" in words(await maria.get(f"/staff/responses/{response.id}"))


@pytest.mark.parametrize("state", ["missed", "cancelled"])
async def test_after_closing_the_form_sends_nothing(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn, state: CheckInState
) -> None:
    async with database.writing() as db:
        (await db.get_one(CheckIn, check_in.id)).state = state
    rosa = await signed_in(cast.rosa)
    page = await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    assert "closed" in words(page)
    assert await rows(database, Response) == []


@pytest.mark.parametrize("urgency", ["today", "wait"])
async def test_a_flag_makes_the_page_ask_how_urgent_it_is(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, urgency: str
) -> None:
    rosa = await signed_in(cast.rosa)
    page = await answer_all(rosa, check_in, WORSE)
    assert page.url.path == f"/check-ins/{check_in.id}/urgency"
    assert "Your clinic reads this only when it is open" in words(page)
    done = await rosa.submit(f"/check-ins/{check_in.id}/urgency", {"urgency": urgency})
    assert done.url.path == f"/check-ins/{check_in.id}/sent"
    [flag] = await rows(database, Flag)
    assert ((await only_response(database)).urgency, flag.urgency) == (urgency, urgency)
    assert (await rosa.submit(f"/check-ins/{check_in.id}/urgency", {"urgency": "now"})).status_code == 422


async def test_case_106_while_the_clinic_is_closed_the_question_how_urgent_it_is_says_when_it_opens(
    signed_in: Enter, cast: Cast, check_in: CheckIn, clock: StillClock
) -> None:
    """At 7:00 PM. "Contact me today" would promise more than anybody reads today."""
    clock.move(hours=10)
    rosa = await signed_in(cast.rosa)
    asked = words(await answer_all(rosa, check_in, WORSE))
    assert "How urgent is this for you?" in asked
    assert "Your clinic opens on Tue, Nov 17, 8:00 AM and will read this then." in asked
    assert "Your clinic reads this only when it is open" not in asked


async def test_the_outbox_key_is_public(browser: Browser) -> None:
    keys = (await browser.get("/check-ins/key")).json()
    assert (keys["id"], keys["key"]) == crypto.outbox_public()
    assert PERSON_COOKIE not in browser.http.cookies


async def test_no_address_contains_an_answer(signed_in: Enter, cast: Cast, check_in: CheckIn) -> None:
    rosa = await signed_in(cast.rosa)
    page = await rosa.submit(f"/check-ins/{check_in.id}/q/breathing", {"answer": "hard", "who": "self"})
    assert not any("hard" in str(step.url) for step in [*page.history, page])
