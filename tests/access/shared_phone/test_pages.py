"""A caregiver switches between patients on one phone; each session ends by itself (case 97)."""

import pytest
from litestar import Litestar

from server.access import departures, sessions
from server.access.joining import flow as joining
from server.access.models import Device
from server.db import Database
from server.people.models import Patient
from server.web.cookies import OTHERS_COOKIE
from tests.access.authenticator import Authenticator
from tests.access.scene import OPENS
from tests.access.shared_phone.scene import JoinsFor, device_for, switches_to, types
from tests.browser_without_screen import Browser, markup, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import due_check_in, rows


async def test_case_97_a_caregiver_of_two_patients_switches_on_home(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        await due_check_in(db, cast.rosa, now=clock())
    home = await phone.get("/")
    assert "For Helen Marsh" in markup(home)
    assert "You also help Rosa Delgado 1 check-in is ready" in words(home)
    await switches_to(phone, database, cast.rosa)
    home = await phone.get("/")
    assert "For Rosa Delgado" in markup(home)
    assert "Rosa Delgado's check-in is ready" in words(home)
    assert "You also help Helen Marsh" in words(home)
    assert "You also help Helen Marsh" in words(await phone.get("/settings"))


async def test_case_97_every_page_of_such_a_phone_says_for_whom_it_is(phone: Browser, cast: Cast) -> None:
    for path in ("/", "/settings", "/settings/reminders", "/reminders", "/answers", "/help", "/sign-out", "/privacy"):
        assert "For Helen Marsh" in markup(await phone.get(path)), path


async def test_case_104_a_caregivers_pages_name_the_patient_and_the_patients_own_do_not(
    signed_in: Enter, cast: Cast
) -> None:
    luis, rosa = await signed_in(cast.luis), await signed_in(cast.rosa)
    for path in ("/", "/settings", "/help", "/reminders"):
        assert "For Rosa Delgado" in markup(await luis.get(path)), path
        assert "For Rosa Delgado" not in markup(await rosa.get(path)), path
    assert "For Rosa Delgado" not in markup(await luis.get("/offline"))  # it is kept, and is nobody's


async def test_case_97_a_phone_with_one_patient_has_one_cookie_and_no_switch(signed_in: Enter, cast: Cast) -> None:
    luis = await signed_in(cast.luis)
    assert OTHERS_COOKIE not in luis.http.cookies
    assert "You also help" not in words(await luis.get("/"))
    assert "data-people" not in (await luis.get("/")).text


async def test_case_97_the_device_of_another_phone_is_not_switched_to(
    phone: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    walter = await signed_in(cast.walter)
    [his] = await rows(database, Device, Device.patient_id == cast.walter.id)
    assert (await phone.submit("/switch", {"device": his.id})).status_code == 404
    assert (await walter.submit("/switch", {"device": (await device_for(database, cast.helen)).id})).status_code == 404
    opened = await phone.get(f"/for/{his.id}/settings")
    assert (opened.url.path, "For Helen Marsh" in markup(opened)) == ("/settings", True)


async def test_case_97_a_link_for_a_patient_switches_and_opens_the_page(
    phone: Browser, browser: Browser, cast: Cast, database: Database
) -> None:
    device = await device_for(database, cast.rosa)
    opened = await phone.get(f"/for/{device.id}/settings?from=token")
    assert (opened.url.path, opened.url.params["from"]) == ("/settings", "token")
    assert "For Rosa Delgado" in markup(opened)
    helens = await device_for(database, cast.helen)
    assert "For Helen Marsh" in markup(await phone.get(f"/for/{helens.id}"))
    assert (await browser.get(f"/for/{device.id}/settings")).url.path == "/join"


@pytest.mark.parametrize("path", ["//evil.example", "/%2Fevil.example", "/%5Cevil.example", "/https://evil.example"])
async def test_case_97_a_link_for_a_patient_never_leads_to_another_site(
    phone: Browser, cast: Cast, database: Database, path: str
) -> None:
    device = await device_for(database, cast.rosa)
    answer = await phone.http.get(f"/for/{device.id}{path}", follow_redirects=False)
    assert answer.headers["location"].startswith("/")
    assert not answer.headers["location"].startswith(("//", "/\\"))


async def test_case_97_signing_out_ends_one_patient_and_the_other_goes_on(
    phone: Browser, cast: Cast, database: Database
) -> None:
    asked = words(await phone.get("/sign-out"))
    assert "Sign out for Helen Marsh?" in asked
    assert "You stay signed in for Rosa Delgado" in asked
    home = await phone.submit("/sign-out")
    assert "This phone is signed out for Helen Marsh. Reminders about Helen Marsh no longer come here" in words(home)
    assert "For Rosa Delgado" in markup(await phone.get("/reminders"))
    assert "signed out for Helen" not in words(await phone.submit("/switch/ended"))
    assert OTHERS_COOKIE not in phone.http.cookies
    assert (await phone.submit("/sign-out")).url.path == "/join"


async def test_case_97_what_staff_end_ends_for_one_patient_alone(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        rosas = await db.get_one(Device, (await device_for(database, cast.rosa)).id)
        await sessions.end_device(work_by(db, cast.maria, clock()), rosas)
    home = words(await phone.get("/"))
    assert "This phone is signed out for Rosa Delgado" in home
    assert "The clinic did that" in home
    assert "You also help" not in home


async def test_case_97_where_the_shown_patients_session_has_ended_the_others_go_on(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        helens = await db.get_one(Device, (await device_for(database, cast.helen)).id)
        await sessions.end_device(work_by(db, cast.tom, clock()), helens)
    ended = await phone.get("/")
    assert ended.url.path == "/join"
    assert "You've been signed out here Your clinic signed this phone out" in words(ended)
    assert "You also help Rosa Delgado" in words(ended)
    assert 'data-signed-in="no"' not in ended.text  # its scripts would clear what is kept for Rosa
    await switches_to(phone, database, cast.rosa)
    assert "For Rosa Delgado" in markup(await phone.get("/settings"))


async def test_case_97_joining_again_for_the_same_patient_makes_no_twin(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    """While another one is shown, and although nobody was asked whether to keep the others."""
    async with database.writing() as db:
        code = await joining.issue_pairing(work_by(db, cast.maria, clock()), cast.rosa, cast.luis)
    notice = words(await phone.submit("/join/code", {"code": code}))
    assert "Keep both" not in notice
    assert "will be signed out" not in notice
    await types(phone, code, keep="")
    home = words(await phone.get("/"))
    assert home.count("You also help") == 1
    assert "You also help Helen Marsh" in home
    assert len(await rows(database, Device, Device.ended_at.is_(None), Device.caregiver_id == cast.luis.id)) == 1


async def test_case_97_only_the_newcomer_from_now_on_ends_every_other_and_names_each(
    phone: Browser, joins_for: JoinsFor, cast: Cast, database: Database
) -> None:
    await joins_for(phone, cast.walter, keep="none")
    page = words(await phone.get("/reminders"))
    assert "This phone is for helping Walter Brandt now" in page
    for name in ("Rosa Delgado", "Helen Marsh"):
        assert f"Reminders about {name} no longer come here" in page
    assert OTHERS_COOKIE not in phone.http.cookies


async def test_case_97_a_patient_joins_on_such_a_phone_and_has_it_alone(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    """Also if somebody sends the choice that the page did not offer."""
    async with database.writing() as db:
        code = await joining.issue_pairing(work_by(db, cast.maria, clock()), cast.walter, None)
    notice = words(await phone.submit("/join/code", {"code": code}))
    assert "Keep both" not in notice
    for name in ("Rosa Delgado", "Helen Marsh"):
        assert f"Reminders about {name} will stop on this phone" in notice
    await types(phone, code)
    assert "This is Walter Brandt's phone" in words(await phone.get("/settings"))
    assert OTHERS_COOKIE not in phone.http.cookies


async def test_case_97_a_passkey_brings_one_patient_back_beside_the_others(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, key: Authenticator, clock: StillClock, database: Database
) -> None:
    elsewhere, phone = await signed_in(cast.luis), await signed_in(cast.luis)
    made = await key.make(elsewhere)
    await joins_for(phone, cast.helen)
    assert await key.sign_in(phone, made) == OPENS
    assert "You also help Helen Marsh" in words(await phone.get("/"))


async def test_case_97_consent_that_one_patient_takes_back_leaves_the_others_signed_in(
    phone: Browser, app: Litestar, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        await departures.leave(work_by(db, cast.rosa, clock()), await db.get_one(Patient, cast.rosa.id))
    home = words(await phone.get("/"))
    assert "This phone is signed out for Rosa Delgado" in home
    assert "The patient has left Interlude" in home
    assert (await phone.get("/settings")).url.path == "/settings"


async def test_case_97_a_link_that_says_no_patient_finds_the_one_whose_it_is(
    phone: Browser, signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    """A notification that came before there were two; its check-in is not of the patient who is shown."""
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa, now=clock())
        strangers = await due_check_in(db, cast.walter, now=clock())
    opened = await phone.get(f"/check-ins/{check_in.id}")
    assert opened.url.path.startswith(f"/check-ins/{check_in.id}")
    assert "For Rosa Delgado" in markup(opened)
    for nobodys in (f"/check-ins/{strangers.id}", "/check-ins/none", "/visits/none", "/whose/settings/x"):
        assert (await phone.get(nobodys)).status_code == 404
    luis = await signed_in(cast.luis)
    refused = await luis.get(f"/check-ins/{strangers.id}")
    assert (refused.status_code, refused.url.path) == (404, f"/check-ins/{strangers.id}")
