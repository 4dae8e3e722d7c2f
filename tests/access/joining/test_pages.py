"""A phone becomes a person's: by a code that works once, after consent (cases 62, 63, 65, 67)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from litestar import Litestar

from server import app as composition
from server import crypto
from server.access.cookies import PERSON_COOKIE
from server.access.joining import flow as joining
from server.access.models import Consent, Device, DeviceSession, PairingCode
from server.access.rules import CONSENT_VERSION
from server.db import Database
from server.people import flow
from server.people.flow import NewPatient
from server.people.models import Caregiver
from server.settings import Settings
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import audited, rows

Issue = Callable[..., Awaitable[str]]


@pytest.fixture
def issue(database: Database, cast: Cast, clock: StillClock) -> Issue:
    """Maria makes a code for Rosa, or for a caregiver of hers."""

    async def make(caregiver: Caregiver | None = None) -> str:
        async with database.writing() as db:
            return await joining.issue_pairing(work_by(db, cast.maria, clock()), cast.rosa, caregiver)

    return make


def agreeing(code: str) -> dict[str, str]:
    return {"code": code, "agree": CONSENT_VERSION}


async def test_the_code_opens_the_notice_and_agreeing_lets_in(
    browser: Browser, issue: Issue, database: Database, cast: Cast, clock: StillClock
) -> None:
    code = await issue()
    notice = await browser.submit("/join/code", {"code": f"{code[:4]} {code[4:]}"})
    assert "not day and night" in words(notice)
    assert "Harbor Infusion Center" in words(notice)
    assert await rows(database, Device) == []
    joined = await browser.submit("/join", agreeing(code))
    assert joined.url.path == "/reminders"
    [device] = await rows(database, Device)
    [consent] = await rows(database, Consent)
    assert (device.patient_id, device.caregiver_id, device.name) == (cast.rosa.id, None, "iPhone")
    assert (consent.patient_id, consent.device_id, consent.version) == (cast.rosa.id, device.id, CONSENT_VERSION)
    assert consent.given_at == clock()
    assert await audited(database, device.id) == ["device.joined"]


async def test_a_caregiver_joins_as_themselves(browser: Browser, issue: Issue, database: Database, cast: Cast) -> None:
    await browser.submit("/join", agreeing(await issue(cast.luis)))
    [device], [consent] = await rows(database, Device), await rows(database, Consent)
    assert (device.patient_id, device.caregiver_id) == (None, cast.luis.id)
    assert (consent.patient_id, consent.caregiver_id) == (cast.rosa.id, cast.luis.id)
    assert "Luis Delgado's" in words(await browser.get("/settings"))


@pytest.mark.parametrize("agree", ["", "2019-01", "yes"])
async def test_nobody_joins_without_agreeing_to_the_notice_that_stands(
    browser: Browser, issue: Issue, database: Database, agree: str
) -> None:
    code = await issue()
    refused = await browser.submit("/join", {"code": code, "agree": agree})
    assert refused.status_code == 422
    assert "agree first" in words(refused)
    assert (await rows(database, Device), await rows(database, Consent)) == ([], [])
    assert (await browser.submit("/join", agreeing(code))).url.path == "/reminders"


async def test_case_65_a_guessed_code_is_refused_in_words(browser: Browser, cast: Cast) -> None:
    for typed in ("0000 0000", "", "12", "\u0661" * 8, "<script>", "1" * 40):
        refused = await browser.submit("/join/code", {"code": typed})
        assert refused.status_code == 422, typed
        assert "That code isn't right" in words(refused)
        assert "<script>" not in refused.text


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


async def test_case_65_a_new_code_ends_the_one_before(browser: Browser, issue: Issue, cast: Cast) -> None:
    first, of_luis = await issue(), await issue(cast.luis)
    second = await issue()
    assert (await browser.submit("/join/code", {"code": first})).status_code == 422
    assert (await browser.submit("/join/code", {"code": of_luis})).status_code == 200
    assert (await browser.submit("/join/code", {"code": second})).status_code == 200


async def test_case_65_two_at_once_are_one_success(app: Litestar, issue: Issue, database: Database) -> None:
    code, phones = await issue(), [Browser(app) for _ in range(5)]
    for phone in phones:
        await phone.csrf()
    answers = await asyncio.gather(*(phone.submit("/join", agreeing(code)) for phone in phones))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422, 422]
    assert len(await rows(database, Device)) == len(await rows(database, DeviceSession)) == 1
    for phone in phones:
        await phone.close()


async def test_case_65_a_link_preview_consumes_nothing(browser: Browser, issue: Issue, database: Database) -> None:
    code = await issue()
    for path in ("/join", f"/join?code={code}", f"/join/code?code={code}", "/join"):
        await browser.http.get(path)
        await browser.http.head(path)
    await browser.submit("/join/code", {"code": code})
    assert all(held.used_at is None for held in await rows(database, PairingCode))
    assert (await browser.submit("/join", agreeing(code))).url.path == "/reminders"


async def test_case_65_guessing_is_limited_over_all_workers(
    app: Litestar, settings: Settings, clock: StillClock, issue: Issue
) -> None:
    code, held = await issue(), Database(settings.database_url)
    one, other = Browser(app), Browser(composition.create(settings, clock, held))
    statuses = []
    for turn in range(12):
        answer = await (one, other)[turn % 2].submit("/join/code", {"code": "0000 0000"})
        statuses.append(answer.status_code)
    assert statuses == [422] * 10 + [429] * 2
    assert "wait 15 minutes" in words(answer)
    assert (await other.submit("/join", agreeing(code))).status_code == 429
    clock.move(minutes=15)
    assert (await other.submit("/join", agreeing(code))).url.path == "/reminders"
    for device in (one, other):
        await device.close()
    await held.close()


async def test_case_67_a_forged_address_does_not_buy_more_guesses(browser: Browser, cast: Cast) -> None:
    forged = [{"x_forwarded_for": f"203.0.113.{n}", "forwarded": f"for=203.0.113.{n}"} for n in range(11)]
    answers = [await browser.submit("/join/code", {"code": "0000 0000"}, **headers) for headers in forged]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


async def test_a_day_of_joining_on_the_clinics_own_network_locks_nobody_out(
    app: Litestar, database: Database, cast: Cast, clock: StillClock
) -> None:
    """Ten patients of a group, one after the other, with codes that are right."""
    for number in range(10):
        async with database.writing() as db:
            new = NewPatient(f"Patient {number}", "America/New_York")
            patient = await flow.register_patient(work_by(db, cast.maria, clock()), new)
            code = await joining.issue_pairing(work_by(db, cast.maria, clock()), patient, None)
        phone = Browser(app)
        assert (await phone.submit("/join/code", {"code": code})).status_code == 200, number
        assert (await phone.submit("/join", agreeing(code))).url.path == "/reminders", number
        await phone.close()


async def test_case_63_a_session_chosen_before_joining_is_never_taken(
    browser: Browser, issue: Issue, database: Database
) -> None:
    planted = f"{PERSON_COOKIE}=chosen-by-an-attacker"
    cookie = f"__Host-csrf={await browser.csrf()}; {planted}"
    joined = await browser.submit("/join", agreeing(await issue()), cookie=cookie)
    assert "chosen-by-an-attacker" not in " ".join(joined.history[0].headers.get_list("set-cookie"))
    [session] = await rows(database, DeviceSession)
    assert session.token_hash != crypto.token_hash("chosen-by-an-attacker")
    assert (await browser.get("/settings", cookie=planted)).url.path == "/join"
    assert (await browser.get("/settings")).url.path == "/settings"


async def test_case_63_joining_again_begins_a_new_session(
    signed_in: Enter, issue: Issue, database: Database, cast: Cast
) -> None:
    rosa = await signed_in(cast.rosa)
    before = rosa.http.cookies[PERSON_COOKIE]
    await rosa.submit("/join", agreeing(await issue()))
    assert rosa.http.cookies[PERSON_COOKIE] != before
    assert len({session.token_hash for session in await rows(database, DeviceSession)}) == 2


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser, issue: Issue) -> None:
    answer = await browser.submit("/join", agreeing(await issue()))
    [said] = [header for header in answer.history[0].headers.get_list("set-cookie") if header.startswith(PERSON_COOKIE)]
    for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert attribute in said
    assert "Domain" not in said
