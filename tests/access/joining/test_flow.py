"""Each pairing code lets one phone join once, within half an hour (cases 63, 65)."""

import asyncio

import pytest
from litestar import Litestar

from server.access import sessions
from server.access.joining import flow
from server.access.models import Consent, Device, DeviceSession, PairingCode
from server.db import Database
from server.people.rules import Refused
from server.web.cookies import PERSON_COOKIE
from tests.access.scene import Issue, agreeing
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import rows


async def test_case_65_a_code_works_once(browser: Browser, app: Litestar, issue: Issue, database: Database) -> None:
    code, second = await issue(), Browser(app)
    await browser.submit("/join", agreeing(code))
    again = await second.submit("/join", agreeing(code))
    assert (again.status_code, len(await rows(database, Device))) == (422, 1)
    assert "already been used" in words(again)
    await second.close()


async def test_case_65_a_code_ends_after_half_an_hour(browser: Browser, issue: Issue, clock: StillClock) -> None:
    code = await issue()
    clock.move(minutes=30)
    refused = await browser.submit("/join/code", {"code": code})
    assert refused.status_code == 422
    assert "has expired" in words(refused)


async def test_case_65_a_new_code_ends_the_previous_one(browser: Browser, issue: Issue, cast: Cast) -> None:
    first, of_luis = await issue(), await issue(cast.luis)
    second = await issue()
    assert (await browser.submit("/join/code", {"code": first})).status_code == 422
    assert (await browser.submit("/join/code", {"code": of_luis})).status_code == 200
    assert (await browser.submit("/join/code", {"code": second})).status_code == 200


async def test_case_65_of_two_phones_that_use_a_code_at_once_one_joins(
    app: Litestar, issue: Issue, database: Database
) -> None:
    code, phones = await issue(), [Browser(app) for _ in range(5)]
    for phone in phones:
        await phone.csrf()
    answers = await asyncio.gather(*(phone.submit("/join", agreeing(code)) for phone in phones))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422, 422]
    assert len(await rows(database, Device)) == len(await rows(database, DeviceSession)) == 1
    for phone in phones:
        await phone.close()


async def test_case_63_joining_again_starts_a_new_session(
    signed_in: Enter, issue: Issue, database: Database, cast: Cast
) -> None:
    rosa = await signed_in(cast.rosa)
    before = rosa.http.cookies[PERSON_COOKIE]
    await rosa.submit("/join", agreeing(await issue()))
    assert rosa.http.cookies[PERSON_COOKIE] != before
    assert len({session.token_hash for session in await rows(database, DeviceSession)}) == 2


async def test_a_caregiver_joins_as_themselves(browser: Browser, issue: Issue, database: Database, cast: Cast) -> None:
    await browser.submit("/join", agreeing(await issue(cast.luis)))
    [device], [consent] = await rows(database, Device), await rows(database, Consent)
    assert (device.patient_id, device.caregiver_id) == (None, cast.luis.id)
    assert (consent.patient_id, consent.caregiver_id) == (cast.rosa.id, cast.luis.id)
    assert "Luis Delgado's" in words(await browser.get("/settings"))


async def test_case_79_a_malformed_code_is_no_guess_and_other_digits_are_digits(browser: Browser, issue: Issue) -> None:
    for typed in ("1234", "12345678a", "hello", "\u200b") * 5:
        refused = await browser.submit("/join/code", {"code": typed})
        assert "A code has 8 digits" in words(refused)
    code = await issue()
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    good = await browser.submit("/join/code", {"code": f"\u200e{arabic[:4]} {arabic[4:]}"})
    assert good.status_code == 200


def apple(app: Litestar, where: str) -> Browser:
    """A browser on an iPhone, or the app on its Home Screen: they share no cookie."""
    device = Browser(app)
    device.http.cookies.set("__Host-device", f"iphone.{where}.")
    return device


async def test_case_96_the_home_screen_app_takes_the_code_that_a_browser_reserved(
    app: Litestar, issue: Issue, database: Database, cast: Cast
) -> None:
    code, safari, installed, late = await issue(), *(apple(app, where) for where in ("browser", "app", "app"))
    reserved = await safari.submit("/join", agreeing(code))
    assert reserved.url.path == "/reminders"
    assert "Add Interlude to your Home Screen" in words(reserved)
    assert "type the same code" in words(reserved)
    assert (await safari.get("/settings")).url.path == "/settings"
    again = await apple(app, "browser").submit("/join", agreeing(code))
    assert (again.status_code, "Home Screen" in words(again)) == (422, True)

    assert "Before you start" in words(await installed.submit("/join/code", {"code": code}))
    assert (await installed.submit("/join", agreeing(code))).url.path == "/reminders"
    gone = await safari.get("/settings")
    assert gone.url.path == "/join"
    assert "Interlude is on your Home Screen now" in words(gone)
    assert (await installed.get("/settings")).url.path == "/settings"
    refused = await late.submit("/join", agreeing(code))
    assert (refused.status_code, "already been used" in words(refused)) == (422, True)
    living = [device for device in await rows(database, Device) if device.ended_at is None]
    assert [(device.patient_id, device.name) for device in living] == [(cast.rosa.id, "iPhone")]


async def test_case_96_of_two_home_screen_apps_at_once_one_takes_the_code(
    app: Litestar, issue: Issue, database: Database
) -> None:
    code, safari, apps = await issue(), apple(app, "browser"), [apple(app, "app") for _ in range(4)]
    await safari.submit("/join", agreeing(code))
    for each in apps:
        await each.csrf()
    answers = await asyncio.gather(*(each.submit("/join", agreeing(code)) for each in apps))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    assert len([device for device in await rows(database, Device) if device.ended_at is None]) == 1


async def test_case_96_the_reservation_lasts_half_an_hour_and_the_browser_stays(
    app: Litestar, issue: Issue, clock: StillClock
) -> None:
    code, safari, installed = await issue(), apple(app, "browser"), apple(app, "app")
    clock.move(minutes=29)
    await safari.submit("/join", agreeing(code))
    clock.move(minutes=29)
    assert (await installed.submit("/join/code", {"code": code})).status_code == 200
    clock.move(minutes=1)
    refused = await installed.submit("/join", agreeing(code))
    assert (refused.status_code, "already been used" in words(refused)) == (422, True)
    page = words(await safari.get("/reminders"))
    assert "tap I don't have a code" in page
    assert "type the same code" not in page


@pytest.mark.parametrize("by", ["staff", "herself", "a new code"])
async def test_case_96_a_reservation_ends_with_its_browser_or_by_a_new_code(
    app: Litestar, issue: Issue, database: Database, cast: Cast, clock: StillClock, by: str
) -> None:
    code, safari, installed = await issue(), apple(app, "browser"), apple(app, "app")
    await safari.submit("/join", agreeing(code))
    if by == "staff":
        [device] = await rows(database, Device)
        async with database.writing() as db:
            await sessions.end_device(work_by(db, cast.maria, clock()), await db.get_one(Device, device.id))
    elif by == "herself":
        await safari.submit("/sign-out")
    else:
        await issue()
    refused = await installed.submit("/join", agreeing(code))
    assert (refused.status_code, "already been used" in words(refused)) == (422, True)


async def test_case_96_a_code_typed_where_no_script_runs_still_works_in_the_app(
    app: Litestar, issue: Issue, database: Database
) -> None:
    """No script tells in a cookie that this is Safari. Another such iPhone takes nothing over, and hears why."""
    code, installed = await issue(), apple(app, "app")
    safari, other = Browser(app), Browser(app)
    assert "for 30 minutes" in words(await safari.get("/join"))
    assert "Your code also works in the app" in words(await safari.submit("/join", agreeing(code)))
    refused = await other.submit("/join", agreeing(code))
    assert (refused.status_code, "The code needs JavaScript here" in words(refused)) == (422, True)
    assert (await installed.submit("/join", agreeing(code))).url.path == "/reminders"
    assert "Interlude is on your Home Screen now" in words(await safari.get("/settings"))
    assert len([device for device in await rows(database, Device) if device.ended_at is None]) == 1


@pytest.mark.parametrize("device", ["android-phone", "computer"])
async def test_case_96_elsewhere_a_code_is_used_up_at_once(app: Litestar, issue: Issue, device: str) -> None:
    code, first, second = await issue(), Browser(app), apple(app, "app")
    first.http.cookies.set("__Host-device", f"{device}.browser.")
    await first.submit("/join", agreeing(code))
    assert (await second.submit("/join", agreeing(code))).status_code == 422


async def test_a_newer_code_of_the_same_person_ends_the_earlier_one(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        work = work_by(db, cast.maria)
        old, of_luis = [await flow.issue_pairing(work, cast.rosa, each) for each in (None, cast.luis)]
        new = await flow.issue_pairing(work, cast.rosa, None)
        assert await flow.check_code(db, "12", "here", NOW) == Refused("malformed")
        ended = await flow.check_code(db, old, "here", NOW)
        assert isinstance(ended, Refused)
        assert ended.why == "expired"
        for code, person in ((new, cast.rosa), (of_luis, cast.luis)):
            found = await flow.check_code(db, code, "here", NOW)
            assert isinstance(found, PairingCode)
            assert (await flow.person_of(db, found)).id == person.id
