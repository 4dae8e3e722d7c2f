"""What the page to join says first: a link that was opened, a session that ended, the Home Screen (cases 96, 98)."""

from collections.abc import Awaitable, Callable

import pytest
from litestar import Litestar
from sqlalchemy import update

from server.access import departures, sessions
from server.access.joining import flow as joining
from server.access.joining import join_form
from server.access.models import Device, DeviceSession, PairingCode
from server.access.rules import SessionEnd
from server.actor import Visitor
from server.db import Database
from server.people import flow as people
from tests.access.authenticator import Authenticator
from tests.access.scene import Issue, agreeing, device_of
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import Enter, StillClock
from tests.stories import rows

SAFARI = "iphone.browser."


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/check-ins/" + "a" * 32, "Sign in to open your check-in"),
        ("/check-ins/" + "a" * 32 + "/q/breathing", "Sign in to open your check-in"),
        ("/visits/" + "a" * 32, "Sign in to see your visit"),
    ],
)
async def test_case_96_a_link_opened_without_a_sign_in_says_so(browser: Browser, path: str, says: str) -> None:
    page = await browser.get(path)
    assert page.url.path == "/join"
    assert says in words(page)
    browser.http.cookies.set("__Host-device", "iphone.browser.")
    assert "Open it from there" in words(await browser.get(path))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("device", "first"),
    [
        ("iphone.browser.", "First, add Interlude to your Home Screen"),
        ("ipad.browser.", "First, add Interlude to your Home Screen"),
        ("iphone.app.", "Join your clinic"),
        ("android-phone.browser.", "Join your clinic"),
        ("computer.browser.", "Join your clinic"),
        ("", "Join your clinic"),
    ],
)
async def test_case_96_on_an_iphone_installing_comes_first(browser: Browser, device: str, first: str) -> None:
    page = words(await browser.get("/join", cookie=f"__Host-device={device}"))
    assert page.startswith(first)
    assert "Your code has 8 digits" in page


async def _elsewhere(phone: Browser, other: Browser, device: Device, _: Database, __: Cast) -> None:
    await other.submit(f"/settings/devices/{device.id}/end")


async def _by_staff(phone: Browser, other: Browser, device: Device, database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await sessions.end_device(work_by(db, cast.maria), await db.get_one(Device, device.id))


async def _left(phone: Browser, other: Browser, device: Device, database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await departures.leave(work_by(db, cast.rosa), await db.merge(cast.rosa))


async def _expired(phone: Browser, other: Browser, device: Device, database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await db.execute(update(DeviceSession).values(expires_at=device.joined_at))


End = Callable[[Browser, Browser, Device, Database, Cast], Awaitable[None]]


@pytest.mark.parametrize(
    ("end", "why", "says"),
    [
        (_elsewhere, SessionEnd.ELSEWHERE, "from another phone of yours"),
        (_by_staff, SessionEnd.STAFF, "Your clinic signed this phone out"),
        (_left, SessionEnd.LEFT, "has left Interlude"),
        (_expired, None, "for more than a year"),
    ],
)
async def test_case_98_an_ended_session_says_why_and_how_to_come_back(
    signed_in: Enter, cast: Cast, database: Database, end: End, why: SessionEnd | None, says: str
) -> None:
    phone = await signed_in(cast.rosa)
    device = await device_of(database, cast.rosa)
    other = await signed_in(cast.rosa)
    await end(phone, other, device, database, cast)
    page = await phone.get("/settings")
    assert page.url.path == "/join"
    assert says in words(page)
    assert "You've been signed out here" in words(page)
    assert "How to come back" in words(page)
    assert f'data-owner="{cast.rosa.id}"' in page.text
    [ended] = await rows(database, Device, Device.id == device.id)
    assert ended.end_reason == why


async def test_case_98_a_passkey_that_still_signs_in_comes_first(
    signed_in: Enter, cast: Cast, database: Database, key: Authenticator, clock: StillClock
) -> None:
    phone = await signed_in(cast.rosa)
    await key.make(phone)
    clock.move(days=400)
    page = words(await phone.get("/"))
    assert "Use your face or finger if you set that up" in page
    assert page.index("Use Face ID or a fingerprint") < page.index("Your code has 8 digits")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_98_a_passkey_that_ended_with_the_phone_is_not_promised(
    signed_in: Enter, cast: Cast, database: Database, key: Authenticator
) -> None:
    phone = await signed_in(cast.rosa)
    await key.make(phone)
    device = await device_of(database, cast.rosa)
    await _by_staff(phone, phone, device, database, cast)
    page = words(await phone.get("/"))
    assert "Ask your clinic for a new code" in page
    assert "face or finger" not in page


async def test_case_97_the_page_says_whose_phone_it_is_before_somebody_else_joins(
    signed_in: Enter, app: Litestar, cast: Cast, issue: Issue
) -> None:
    luis = await signed_in(cast.luis)
    assert "This is Luis Delgado's phone" in words(await luis.get("/join"))
    code = await issue()
    notice = words(await luis.submit("/join/code", {"code": code}))
    assert "If you agree, Luis Delgado will be signed out here" in notice
    assert "From then on it's Rosa Delgado's phone" in notice
    assert (await luis.get("/settings")).url.path == "/settings"
    await luis.submit("/join", agreeing(code))
    assert "This is Rosa Delgado's phone" in words(await luis.get("/settings"))


async def test_case_97_the_notice_names_the_person_who_is_signed_in_if_the_code_is_anothers(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        code = await joining.issue_pairing(work_by(db, cast.maria), cast.rosa, None)
        pairing = await joining.check_code(db, code, "here", NOW)
        assert isinstance(pairing, PairingCode)
        shown = [
            await join_form.notice(db, pairing, code, Visitor(who))
            for who in (None, acting(cast.rosa), acting(cast.walter))
        ]
    assert [each["clinic"].id for each in shown] == [cast.harbor.id] * 3
    assert shown[0] == shown[1]
    assert shown[2] != shown[0]


async def test_case_97_a_caregiver_of_two_patients_chooses_to_keep_both_or_is_told_whose_reminders_end(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    """Luis helps Rosa, and joins on the same phone to help Walter too. His own name would not tell the two apart."""
    phone = await signed_in(cast.luis)
    async with database.writing() as db:
        work = work_by(db, cast.maria)
        second = await people.add_caregiver(work, cast.walter, cast.luis.name, "friend")
        code = await joining.issue_pairing(work, cast.walter, second)
    notice = words(await phone.submit("/join/code", {"code": code}))
    assert "This phone is for helping Rosa Delgado" in notice
    assert "I agree. Keep both on this phone." in notice
    assert "If you choose only Walter Brandt: Luis Delgado will be signed out here" in notice
    assert "Reminders about Rosa Delgado will stop on this phone" in notice
    assert (await phone.get("/settings")).url.path == "/settings"
    joined = words(await phone.submit("/join", agreeing(code) | {"keep": "none"}))
    assert "This phone is for helping Walter Brandt now" in joined
    assert "Reminders about Rosa Delgado no longer come here" in joined
