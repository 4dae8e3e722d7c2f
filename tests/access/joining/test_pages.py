"""A phone joins with a code that works once, after the person has agreed to the notice (cases 62, 63, 65, 67)."""

import pytest

from server import crypto
from server.access.models import Consent, Device, DeviceSession, PairingCode
from server.access.rules import CONSENT_VERSION
from server.db import Database
from server.web.cookies import PERSON_COOKIE
from tests.access.scene import Issue, agreeing
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import audited, rows


async def test_a_code_opens_the_notice_and_agreeing_joins_the_phone(
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


@pytest.mark.parametrize("agree", ["", "2019-01", "yes"])
async def test_nobody_joins_without_agreeing_to_the_current_notice(
    browser: Browser, issue: Issue, database: Database, agree: str
) -> None:
    code = await issue()
    refused = await browser.submit("/join", {"code": code, "agree": agree})
    assert refused.status_code == 422
    assert "agree first" in words(refused)
    assert (await rows(database, Device), await rows(database, Consent)) == ([], [])
    assert (await browser.submit("/join", agreeing(code))).url.path == "/reminders"


async def test_case_65_a_guessed_code_is_refused_with_a_message(browser: Browser, cast: Cast) -> None:
    for typed in ("0000 0000", "", "12", "\u0661" * 8, "<script>", "1" * 40):
        refused = await browser.submit("/join/code", {"code": typed})
        assert refused.status_code == 422, typed
        is_code = sum(ch.isdecimal() for ch in typed) == 8
        assert ("That code isn't right" if is_code else "A code has 8 digits") in words(refused)
        assert "<script>" not in refused.text


async def test_case_65_a_link_preview_does_not_use_up_the_code(
    browser: Browser, issue: Issue, database: Database
) -> None:
    code = await issue()
    for path in ("/join", f"/join?code={code}", f"/join/code?code={code}", "/join"):
        await browser.http.get(path)
        await browser.http.head(path)
    await browser.submit("/join/code", {"code": code})
    assert all(row.used_at is None for row in await rows(database, PairingCode))
    assert (await browser.submit("/join", agreeing(code))).url.path == "/reminders"


async def test_case_63_joining_replaces_a_session_that_was_set_beforehand(
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


async def test_case_145_consent_names_the_person_and_the_clinic(
    browser: Browser, issue: Issue, database: Database, cast: Cast
) -> None:
    code = await issue()
    notice = await browser.submit("/join/code", {"code": code})
    assert "You are Rosa Delgado, a patient of Harbor Infusion Center." in words(notice)
    assert "That's not me" in words(notice)
    refused = await browser.get("/join/not-me")
    assert "Nothing was used or saved." in words(refused)
    assert "call your clinic" in words(refused)
    assert (await rows(database, Device), await rows(database, Consent)) == ([], [])
    assert (await browser.submit("/join", agreeing(code))).url.path == "/reminders"


async def test_case_104_a_caregivers_consent_names_the_patient_too(browser: Browser, issue: Issue, cast: Cast) -> None:
    code = await issue(cast.luis)
    notice = await browser.submit("/join/code", {"code": code})
    assert "You are Luis Delgado. You help Rosa Delgado, a patient of Harbor Infusion Center." in words(notice)


@pytest.mark.parametrize(("language", "own", "care"), [("en", "your visits", "Your care"), ("es", "sus citas", "")])
async def test_case_145_a_caregiver_agrees_to_what_is_kept_about_the_patient_by_name(
    browser: Browser, issue: Issue, signed_in: Enter, cast: Cast, language: str, own: str, care: str
) -> None:
    notice = await browser.submit("/join/code", {"code": await issue(cast.luis)}, accept_language=language)
    assert words(notice).count("Rosa Delgado") == 4
    luis = await signed_in(cast.luis)
    await luis.submit("/language", {"language": language})
    for page in (words(notice), words(await luis.get("/privacy"))):
        assert page.count("Rosa Delgado") >= 3
        assert own not in page
        assert not care or care not in page
    assert own in words(await browser.get("/privacy", accept_language=language))
