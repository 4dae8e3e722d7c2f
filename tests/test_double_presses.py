"""A form that creates something creates it once, however often it is pressed (case 90)."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from server import double_presses
from server.appointments.models import Appointment
from server.checkins.models import Plan
from server.db import Database
from server.double_presses import OnceKey
from server.flags.models import Flag, FlagNote, TriggerVersion
from server.people.models import Caregiver, Patient, PhoneCall, Staff
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import STEADY, answered, due_check_in, rows
from tests.web.refused_forms.test_own_page import EVERYBODY, asks, forms, send, typed_by
from tests.web.refused_forms.test_own_page import world as world
from tests.world import World

BOOKED = {"patient": "{rosa}", "date": "2026-12-01", "time": "10:00", "count": "1", "minutes": "60"}
FORMS: dict[str, tuple[str, str, Mapping[str, str], type[Any]]] = {
    "book": ("/staff/visits/new?patient={rosa}", "/staff/visits", BOOKED, Appointment),
    "register": ("/staff/patients/new", "/staff/patients", {"name": "Ana Ruiz", "zone": "America/Chicago"}, Patient),
    "plan": (
        "/staff/patients/{rosa}",
        "/staff/patients/{rosa}/plans",
        {"slug": "daily-three", "rhythm": "daily", "at": "09:00"},
        Plan,
    ),
    "caregiver": ("/staff/patients/{rosa}", "/staff/patients/{rosa}/caregivers", {"name": "Eva"}, Caregiver),
    "call": (
        "/staff/patients/{rosa}",
        "/staff/patients/{rosa}/calls",
        {"outcome": "reached", "note": "Fine."},
        PhoneCall,
    ),
    "invitation": (
        "/staff/team",
        "/staff/team",
        {"name": "Noor", "email": "noor@harbor.example", "role": "coordinator"},
        Staff,
    ),
    "trigger": (
        "/staff/triggers/new?slug=weekly-als",
        "/staff/triggers",
        {
            "slug": "weekly-als",
            "item": "pain",
            "severity": "today",
            "condition": "at-least",
            "amount": "2",
            "step": "save",
        },
        TriggerVersion,
    ),
    "note": ("/staff/flags/{flag}", "/staff/flags/{flag}/note", {"note": "Ask about drinks."}, FlagNote),
}

# A code, a one-time link, a password or a passkey that the sweep does not have.
NEED_A_SECRET = {
    "/join/code",
    "/passkey/whose-phone",
    "/settings/phones/add",
    "/staff/account",
    "/staff/link",
    "/staff/patients/*/devices",
    "/staff/sign-in",
}
# A form that comes earlier in the sweep closes the flag, or ends the phone or the helper.
SETTLED_BEFORE = {
    "/settings/device-names/*",
    "/settings/helpers/*/allow",
    "/staff/flags/*/assign",
    "/staff/flags/*/expect",
    "/staff/flags/*/own",
}
MAY = {"invitation": "ruth", "trigger": "ken"}  # where a nurse may not


@pytest.fixture
async def ids(database: Database, cast: Cast) -> dict[str, str]:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY | {"strength": "very-hard"})
    from_flags = await rows(database, Flag)
    return {"rosa": cast.rosa.id, "flag": from_flags[0].id}


async def filled(maria: Browser, name: str, ids: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The form as its page shows it, with a once-only key."""
    page, action, values, _ = FORMS[name]
    html = (await maria.get(page.format(**ids))).text
    form = next(
        part for part in html.split("<form")[1:] if f'action="{action.format(**ids)}"' in part.partition(">")[0]
    )
    key = re.search(r'name="once" value="(\w+)"', form.partition("</form>")[0])
    assert key, "the form has no once-only key"
    return action.format(**ids), {field: value.format(**ids) for field, value in values.items()} | {"once": key[1]}


@pytest.mark.parametrize("name", FORMS)
async def test_case_90_two_simultaneous_presses_create_one(
    signed_in: Enter, cast: Cast, database: Database, ids: dict[str, str], name: str
) -> None:
    person, table = await signed_in(getattr(cast, MAY.get(name, "maria"))), FORMS[name][3]
    action, form = await filled(person, name, ids)
    before = len(await rows(database, table))
    first, second = await asyncio.gather(person.submit(action, form), person.submit(action, form))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.url == second.url
    assert len(await rows(database, table)) == before + 1
    assert all(key.path for key in await rows(database, OnceKey))


async def test_case_90_a_changed_or_reopened_form_creates_another(
    signed_in: Enter, cast: Cast, database: Database, ids: dict[str, str]
) -> None:
    maria = await signed_in(cast.maria)
    action, form = await filled(maria, "book", ids)
    await maria.submit(action, form)
    await maria.submit(action, form | {"time": "14:00"})
    await maria.submit(action, (await filled(maria, "book", ids))[1] | {"date": "2026-12-02"})
    assert len(await rows(database, Appointment)) == 3


@pytest.mark.parametrize("wrong", [{"date": "2020-01-01"}, {"minutes": "1"}, {"patient": "0" * 32}])
async def test_case_90_a_refused_form_may_be_sent_again(
    signed_in: Enter, cast: Cast, database: Database, ids: dict[str, str], wrong: dict[str, str]
) -> None:
    maria = await signed_in(cast.maria)
    action, form = await filled(maria, "book", ids)
    for _ in range(2):
        assert (await maria.submit(action, form | wrong)).status_code == 422
    assert await rows(database, OnceKey) == []
    assert (await maria.submit(action, form)).status_code == 200


@pytest.mark.sweep
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", EVERYBODY)
async def test_case_90_no_form_of_any_page_fails_when_it_is_pressed_twice(
    signed_in: Enter, cast: Cast, world: World, name: str
) -> None:
    """The second press, after the redirect, is answered with the status of the first, which is 200.

    Only forms of NEED_A_SECRET and SETTLED_BEFORE may be refused, twice in the same way. What the answers say is not
    compared: for single forms, other tests of case 90 do that.
    """
    device = await signed_in(getattr(cast, name))
    pressed, refused = 0, set()
    for standing in [form async for form in forms(device, world)]:
        fields = typed_by(standing.form)
        first = await send(device, standing, fields)
        if first.status_code == 422 and asks(first, standing):
            fields |= {"another": "yes", "anyway": fields.get("status", "yes")}
            first = await send(device, standing, fields)
        second = await send(device, standing, fields)
        assert second.status_code == first.status_code, (standing.form.action, words(second))
        if first.status_code != 200:
            refused.add(re.sub("[0-9a-f]{32}", "*", standing.form.action))
        pressed += first.status_code == 200
    assert refused <= NEED_A_SECRET | SETTLED_BEFORE
    assert pressed > 10


async def test_old_keys_are_deleted(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        for days in (0, 1, 3):
            at = NOW - timedelta(days=days)
            db.add(OnceKey(clinic_id=cast.harbor.id, digest=f"{days:064}", path="/staff", at=at))
    async with database.writing() as db:
        await double_presses.forget(db, NOW)
    assert len(await rows(database, OnceKey)) == 2
