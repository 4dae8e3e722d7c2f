"""A new device shows a number; somebody approves it (cases 63, 65)."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from server.access.joining import requests as join_requests
from server.access.joining.request_pages import ASKED_COOKIE
from server.access.models import Device, JoinRequest, PairingCode
from server.access.rules import CONSENT_VERSION
from server.db import Database
from server.people import flow
from server.people.flow import NewPatient
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import audited, rows

LET_IN = "/settings/phones/add"


@pytest.fixture
async def phone(app: Litestar) -> AsyncIterator[Browser]:
    """A new one."""
    device = Browser(app)
    yield device
    await device.close()


async def number_on(phone: Browser) -> str:
    """What it shows once it has asked."""
    page = await phone.submit("/join/ask", {})
    assert page.url.path == "/join/asked"
    shown = re.search(r"\b\d{4} \d{4}\b", words(page))
    assert shown is not None
    return shown[0]


async def agree(phone: Browser) -> str:
    """It goes on by itself, the person agrees; the path it ends at."""
    state = await phone.get("/join/asked/state", hx_request="true")
    assert state.headers["HX-Redirect"] == "/join/asked"
    notice = await phone.get("/join/asked")
    code = re.search(r'name="code" value="(\d{8})"', notice.text)
    assert code is not None
    return (await phone.submit("/join", {"code": code[1], "agree": CONSENT_VERSION})).url.path


async def test_staff_let_a_phone_in(phone: Browser, signed_in: Enter, database: Database, cast: Cast) -> None:
    number = await number_on(phone)
    assert (await phone.get("/join/asked/state")).status_code == 204
    maria = await signed_in(cast.maria)
    address = f"/staff/patients/{cast.rosa.id}/devices"
    assert "Pair Rosa Delgado's phone" in words(await maria.get(address))
    assert (await maria.submit(address, {"code": number})).url.path == f"/staff/patients/{cast.rosa.id}"
    assert all(device.staff_id for device in await rows(database, Device))
    assert await agree(phone) == "/reminders"
    [device] = [device for device in await rows(database, Device) if device.patient_id]
    assert device.patient_id == cast.rosa.id
    [pairing] = await rows(database, PairingCode)
    assert (pairing.made_by, await audited(database, pairing.id)) == (
        cast.maria.id,
        ["pairing.issued", "pairing.approved"],
    )
    assert "has expired" in words(await phone.get("/join/asked"))


async def test_a_patients_own_phone_lets_in_another_and_a_helpers(
    phone: Browser, app: Litestar, signed_in: Enter, database: Database, cast: Cast
) -> None:
    rosa, helpers = await signed_in(cast.rosa), Browser(app)
    for new, person in ((phone, cast.rosa), (helpers, cast.luis)):
        number = await number_on(new)
        assert "It's been added" in words(await rosa.submit(LET_IN, {"code": number, "whose": person.id}))
        assert await agree(new) == "/reminders"
    devices = [(device.patient_id, device.caregiver_id) for device in await rows(database, Device)]
    assert sorted(devices, key=str) == sorted(
        [(cast.rosa.id, None), (cast.rosa.id, None), (None, cast.luis.id)], key=str
    )
    await helpers.close()


async def test_a_helper_lets_in_the_patients_phone_only_where_the_patient_allows_it(
    phone: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    number = await number_on(phone)
    asked = {"code": number, "whose": cast.rosa.id}
    assert "It's Rosa Delgado's phone" not in words(await luis.get(LET_IN))
    assert (await luis.submit(LET_IN, asked)).status_code == 404
    assert (await luis.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})).status_code == 403
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})
    assert "It's Rosa Delgado's phone" in words(await luis.get(LET_IN))
    assert "It's been added" in words(await luis.submit(LET_IN, asked))
    assert await agree(phone) == "/reminders"
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "no"})
    assert (await luis.submit(LET_IN, asked)).status_code == 404
    assert await audited(database, cast.luis.id) == ["caregiver.added", *["caregiver.may-approve"] * 2]


async def test_somebody_elses_helper_is_nobody_here(signed_in: Enter, phone: Browser, cast: Cast) -> None:
    walter, maria, tom = await signed_in(cast.walter), await signed_in(cast.maria), await signed_in(cast.tom)
    number = await number_on(phone)
    for whose in (cast.luis.id, cast.rosa.id, "", "nobody"):
        assert (await walter.submit(LET_IN, {"code": number, "whose": whose})).status_code == 404
    assert (await walter.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})).status_code == 404
    of_walter, of_rosa = f"/staff/patients/{cast.walter.id}/devices", f"/staff/patients/{cast.rosa.id}/devices"
    luis = {"code": number, "caregiver": cast.luis.id}
    assert (await maria.submit(of_walter, luis)).status_code == 404
    assert (await tom.submit(of_rosa, {"code": number})).status_code == 404
    assert (await phone.get("/join/asked/state")).status_code == 204


@pytest.mark.parametrize(
    ("typed", "said"),
    [("0000 0000", "No phone is showing this number"), ("", "No phone is showing"), ("<b>", "No phone is showing")],
)
async def test_case_65_a_wrong_number_is_said_and_kept(signed_in: Enter, cast: Cast, typed: str, said: str) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    for who, address in ((rosa, LET_IN), (maria, f"/staff/patients/{cast.rosa.id}/devices")):
        refused = await who.submit(address, {"code": typed, "whose": cast.rosa.id})
        assert (refused.status_code, said in words(refused), "<b>" in refused.text) == (422, True, False)
        assert not typed or f'value="{typed}"' in refused.text or "<" in typed


async def test_case_65_a_number_works_once_and_for_a_quarter_of_an_hour(
    phone: Browser, signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    asked = {"code": await number_on(phone), "whose": cast.rosa.id}
    await rosa.submit(LET_IN, asked)
    assert "already been added" in words(await rosa.submit(LET_IN, asked))
    second = {"code": await number_on(phone), "whose": cast.rosa.id}
    clock.move(minutes=15)
    assert "has expired" in words(await rosa.submit(LET_IN, second))
    assert "has expired" in words(await phone.get("/join/asked"))
    clock.move(days=2)
    await number_on(phone)  # and what nobody needs any more is not kept


async def test_case_65_two_screens_at_once_are_one_success(
    phone: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    number = await number_on(phone)
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await asyncio.gather(rosa.csrf(), maria.csrf())
    before = len(await rows(database, PairingCode))
    answers = await asyncio.gather(
        rosa.submit(LET_IN, {"code": number, "whose": cast.luis.id}),
        maria.submit(f"/staff/patients/{cast.rosa.id}/devices", {"code": number}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    assert len(await rows(database, PairingCode)) == before + 1


async def test_case_65_numbers_are_not_guessed_and_not_asked_for_without_end(
    phone: Browser, signed_in: Enter, cast: Cast
) -> None:
    rosa = await signed_in(cast.rosa)
    wrong = {"code": "0000 0000", "whose": cast.rosa.id}
    assert [(await rosa.submit(LET_IN, wrong)).status_code for _ in range(10)] == [422] * 10
    right = wrong | {"code": await number_on(phone)}
    assert "wait 15 minutes" in words(await rosa.submit(LET_IN, right))
    answers = [(await phone.submit("/join/ask", {})).status_code for _ in range(60)]
    assert (answers[0], answers[-1]) == (200, 429)


async def test_case_63_only_the_phone_that_asked_learns_what_became_of_it(
    phone: Browser, app: Litestar, signed_in: Enter, cast: Cast
) -> None:
    number = await number_on(phone)
    rosa, other = await signed_in(cast.rosa), Browser(app)
    await rosa.submit(LET_IN, {"code": number, "whose": cast.rosa.id})
    other.http.cookies.set(ASKED_COOKIE, f"{number.replace(' ', '')}.{'x' * 43}", domain="localhost.local")
    page = await other.get("/join/asked")
    assert ("Before you start" in words(page), "has expired" in words(page)) == (False, True)
    await other.close()


async def test_numbers_of_days_ago_are_not_kept(database: Database, cast: Cast, clock: StillClock) -> None:
    for _ in range(2):
        async with database.writing() as db:
            await join_requests.ask(db, "iPhone", "203.0.113.5", clock())
        clock.move(days=2)
    assert len(await rows(database, JoinRequest)) == 1


async def test_whoever_was_let_in_ends_the_code_that_stood_before(
    phone: Browser, browser: Browser, signed_in: Enter, database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        other = await flow.register_patient(work_by(db, cast.maria), NewPatient("Ada", "UTC"))
    maria = await signed_in(cast.maria)
    shown = await maria.submit(f"/staff/patients/{other.id}/pair", {})
    code = re.search(r"\b\d{4} \d{4}\b", words(shown))
    assert code is not None
    await maria.submit(f"/staff/patients/{other.id}/devices", {"code": await number_on(phone)})
    assert (await browser.submit("/join/code", {"code": code[0]})).status_code == 422
