"""Patients answer from notifications and links without signing in."""

import json

import pytest

from server.db import Database
from server.delivery.sender import Sender
from server.people.models import Patient
from server.people.rules import ContactBy
from tests.appointments.scene import book, only_visit
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.push_double import PushDouble
from tests.stories import subscribed


async def reminded(maria: Browser, cast: Cast, database: Database, clock: StillClock) -> PushDouble:
    """Maria has booked a visit, and Rosa's phone has been reminded of it two days before."""
    push = PushDouble()
    await book(maria, cast)
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
    clock.move(days=12, hours=2)
    await Sender(database, push, clock, "https://localhost").tick()
    return push


async def test_an_answer_from_a_notification_needs_no_sign_in(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    push = await reminded(await signed_in(cast.maria), cast, database, clock)
    notification = json.loads(push.sent[0][1].body)["notification"]
    body = {"token": notification["data"]["token"], "reply": "cant"}
    assert notification["data"]["reply"] == "/visits/reply"
    assert (await browser.post_json("/visits/reply", body)).json() == body
    assert (await only_visit(database)).reply == "cant"
    assert "can't come" in words(await (await signed_in(cast.ken)).get("/staff"))
    assert (await browser.post_json("/visits/reply", body | {"token": "x"})).status_code == 404
    assert (await browser.post_json("/visits/reply", body | {"reply": "maybe"})).status_code == 400
    clock.move(days=5)
    assert (await browser.post_json("/visits/reply", body)).status_code == 404


async def test_case_126_a_link_works_without_cookies(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    push = await reminded(await signed_in(cast.maria), cast, database, clock)
    link = f"/go/{push.token()}"
    assert (await browser.http.get(link)).status_code == 200
    browser.http.cookies.clear()
    answered = await browser.http.post(link, data={"reply": "coming"}, headers={"accept": "text/html"})
    assert answered.status_code == 200
    assert (await only_visit(database)).reply == "coming"


@pytest.mark.parametrize(
    ("shared", "read"), [("", "Your visit"), ("mailbox", "Rosa's visit"), ("caregiver", "Rosa's visit")]
)
async def test_case_102_the_page_behind_a_link_says_whose_visit_it_is_where_others_read_it(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, clock: StillClock, shared: str, read: str
) -> None:
    push = await reminded(await signed_in(cast.maria), cast, database, clock)
    async with database.writing() as db:
        rosa, walter = await db.get_one(Patient, cast.rosa.id), await db.get_one(Patient, cast.walter.id)
        rosa.email = "both@household.example"
        walter.email = rosa.email if shared == "mailbox" else walter.email
        rosa.contact = ContactBy.CAREGIVER if shared == "caregiver" else rosa.contact
    page = await browser.http.get(f"/go/{push.token()}")
    assert read in words(page)
    assert ("Rosa can't come" in words(page)) == bool(shared)
