"""Patients answer from notifications and links without signing in."""

import json

import pytest
from sqlalchemy import select

from server.channels.protocol import ChannelName
from server.db import Database
from server.delivery.sender import Sender
from server.people.models import Caregiver, Patient
from server.people.rules import ContactBy
from server.reminders.models import Attempt
from tests.appointments.scene import book, only_visit
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.push_double import PushDouble
from tests.stories import subscribed


async def reminded(
    maria: Browser, cast: Cast, database: Database, clock: StillClock, owner: Patient | Caregiver | None = None
) -> PushDouble:
    """Maria has booked a visit, and Rosa's phone, or the owner's, has been reminded of it two days before."""
    push = PushDouble()
    await book(maria, cast)
    async with database.writing() as db:
        await subscribed(db, owner or cast.rosa)
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


async def test_case_76_every_page_says_that_a_caregiver_answered_from_a_notification(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    push = await reminded(await signed_in(cast.maria), cast, database, clock, cast.luis)
    await browser.post_json("/visits/reply", {"token": push.token(), "reply": "cant"})
    ken = await signed_in(cast.ken)
    visit, patient = await only_visit(database), f"/staff/patients/{cast.rosa.id}"
    assert f", {cast.luis.name}" in words(await ken.get(f"/staff/visits/{visit.id}"))
    for page in ("/staff", patient, f"{patient}/print", "/staff/schedule?start=2026-11-30"):
        assert "can't come (a caregiver says)" in words(await ken.get(page)), page
    assert f"{cast.luis.name} replied about a visit" in words(await ken.get(patient))
    assert "Your helper answered this." in words(await (await signed_in(cast.rosa)).get("/"))


async def test_case_76_where_several_people_read_a_message_every_page_says_by_link(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    push = await reminded(await signed_in(cast.maria), cast, database, clock)
    async with database.writing() as db:  # as if it had been an email to a mailbox of both
        [attempt] = await db.scalars(select(Attempt))
        attempt.channel, attempt.subscription_id, attempt.device_id = ChannelName.EMAIL, None, None
        for patient in (cast.rosa, cast.walter):
            (await db.get_one(Patient, patient.id)).email = "both@household.example"
    await browser.http.post(f"/go/{push.token()}", data={"reply": "cant"}, headers={"accept": "text/html"})
    ken = await signed_in(cast.ken)
    visit, page = await only_visit(database), f"/staff/patients/{cast.rosa.id}"
    assert "by the link in a message that several people may read" in words(await ken.get(f"/staff/visits/{visit.id}"))
    assert "can't come (answered by link)" in words(await ken.get(page))
    assert "Someone replied about a visit" in words(await ken.get(page))
    assert "Someone answered this by the link in a message." in words(await (await signed_in(cast.rosa)).get("/"))
