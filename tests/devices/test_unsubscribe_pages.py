"""An email says where to stop it, one click does it, and the patient can start emails again (RFC 8058, case 128)."""

from datetime import timedelta

import pytest
from httpx import Response

from server.audit import AuditEvent
from server.db import Database
from server.delivery.sender import Sender
from server.people.models import Patient
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter, StillClock
from tests.push_double import EmailDouble, PushDouble
from tests.reminders.scene import plan
from tests.stories import rows, subscribed

ORIGIN = "https://localhost"


async def emailed(database: Database, cast: Cast, clock: StillClock, subject: str) -> list[str]:
    """Rosa has an email address and no phone. Returns the stop address of each email that a due reminder became."""
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).email = "rosa@example.org"
    due = Planned(ReminderKind.CHANGE, clock(), clock() + timedelta(hours=5))
    await plan(database, cast, [due], subject * 32)
    email = EmailDouble()
    await Sender(database, PushDouble(), clock, ORIGIN, [email]).tick()
    return [message.stop_url for _, message in email.sent]


async def stops(database: Database, cast: Cast) -> object:
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    return rosa.email_stopped_at


async def one_click(browser: Browser, address: str, is_multipart: bool = False) -> Response:
    """What a mail program sends: no cookie, no origin, and this body in either of two encodings (RFC 8058 §3.2)."""
    if is_multipart:
        return await browser.http.post(address, files={"List-Unsubscribe": (None, "One-Click")})
    return await browser.http.post(address, data={"List-Unsubscribe": "One-Click"})


@pytest.mark.parametrize("is_multipart", [True, False])
async def test_case_128_one_click_works_in_either_encoding(
    browser: Browser, cast: Cast, database: Database, clock: StillClock, is_multipart: bool
) -> None:
    [stop] = await emailed(database, cast, clock, "a")
    assert (await one_click(browser, stop.removeprefix(ORIGIN), is_multipart)).status_code == 200
    assert await stops(database, cast) == clock()


async def test_case_128_one_click_stops_emails_and_the_app_starts_them_again(
    browser: Browser, signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    [stop] = await emailed(database, cast, clock, "a")
    path = stop.removeprefix(ORIGIN)
    assert "Stop these emails?" in words(await browser.get(path))
    assert await stops(database, cast) is None
    assert (await one_click(browser, path)).status_code == 200
    assert await stops(database, cast) == clock()
    assert "no more emails" in words(await browser.get(path))
    assert await emailed(database, cast, clock, "b") == []
    maria = await signed_in(cast.maria)
    assert "stopped our emails" in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))

    rosa = await signed_in(cast.rosa)
    assert "You stopped our emails" in words(await rosa.get("/settings/reminders"))
    await rosa.submit("/settings/emails")
    assert await stops(database, cast) is None
    assert len(await emailed(database, cast, clock, "c")) == 1


@pytest.mark.parametrize("token", ["x", "a" * 43])
async def test_case_128_an_unknown_token_stops_nothing(
    browser: Browser, cast: Cast, database: Database, token: str
) -> None:
    assert (await browser.get(f"/stop-email/{token}")).status_code == 410
    assert (await one_click(browser, f"/stop-email/{token}")).status_code == 410
    assert await stops(database, cast) is None


async def test_case_128_the_token_of_a_push_stops_no_emails(
    browser: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
    await plan(database, cast, [Planned(ReminderKind.CHANGE, NOW, NOW + timedelta(hours=5))])
    push = PushDouble()
    await Sender(database, push, clock, ORIGIN).tick()
    assert (await one_click(browser, f"/stop-email/{push.token()}")).status_code == 410
    assert await stops(database, cast) is None


@pytest.mark.parametrize("is_shared", [True, False])
async def test_case_76_who_stopped_the_emails_of_a_shared_mailbox_is_not_said_to_be_the_patient(
    browser: Browser, cast: Cast, database: Database, clock: StillClock, is_shared: bool
) -> None:
    [stop] = await emailed(database, cast, clock, "a")
    if is_shared:
        async with database.writing() as db:
            (await db.get_one(Patient, cast.walter.id)).email = "Rosa@example.org"
    await one_click(browser, stop.removeprefix(ORIGIN))
    [event] = await rows(database, AuditEvent, AuditEvent.verb == "patient.emails")
    assert event.actor_kind == ("system" if is_shared else "patient")
