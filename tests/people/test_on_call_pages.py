"""An admin edits the on-call rota (case 73)."""

import re
from dataclasses import replace

import pytest
from litestar import Litestar

from server.db import Database
from server.people.models import Clinic, Staff
from server.settings import Settings
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import audited, rows

PATH = "/staff/clinic/on-call"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def form_of(cast: Cast, **places: str) -> dict[str, str]:
    """The form with these staff members in this order. Each has a number."""
    people = {"ruth": cast.ruth, "maria": cast.maria, "ken": cast.ken}
    fields = {f"place-{person.id}": places.get(name, "") for name, person in people.items()}
    numbers = {f"phone-{person.id}": f"+1 212 555 015{n}" for n, person in enumerate(people.values())}
    return fields | numbers | {"wait": places.get("wait", "10")}


def order_on(page: str) -> list[str]:
    """The names in the order of the page."""
    return re.findall(r"<legend>([^<]+)</legend>", page)


async def order_in(database: Database) -> dict[str, int]:
    return {member.name.split()[0]: member.on_call for member in await rows(database, Staff) if member.on_call}


@pytest.fixture
async def ruth(signed_in: Enter, cast: Cast) -> Browser:
    return await signed_in(cast.ruth)


async def test_the_order_the_numbers_and_the_wait_are_saved(ruth: Browser, cast: Cast, database: Database) -> None:
    assert "No one is on call" in words(await ruth.get(PATH))
    saved = await ruth.submit(PATH, form_of(cast, ken="1", maria="2", wait="15"))
    assert "Saved." in words(saved)
    assert await order_in(database) == {"Ken": 1, "Maria": 2}
    page = await ruth.get(PATH)
    assert order_on(page.text)[:2] == ["Ken Osei", "Maria Alvarez"]
    assert 'value="+1 212 555 0152"' in page.text
    [clinic] = [clinic for clinic in await rows(database, Clinic) if clinic.id == cast.harbor.id]
    assert clinic.on_call_wait == 15
    assert "staff.on-call" in await audited(database, cast.ken.id)
    assert "clinic.on-call-wait" in await audited(database, clinic.id)


async def test_a_number_is_stored_sealed(ruth: Browser, cast: Cast, database: Database) -> None:
    await ruth.submit(PATH, form_of(cast, ken="1"))
    [ken] = [member for member in await rows(database, Staff) if member.id == cast.ken.id]
    assert ken.phone == "+1 212 555 0152"
    assert b"0152" not in (ken.phone_sealed or b"")


@pytest.mark.parametrize(
    ("changed", "words_of"),
    [
        ({"ken": "1", "maria": "1"}, "same place in the order"),
        ({"ken": "1", "wait": "4"}, "5 to 60 minutes"),
        ({"ken": "1", "wait": "61"}, "5 to 60 minutes"),
        ({"ken": "1", "wait": "soon"}, "write a whole number"),
    ],
)
async def test_an_invalid_form_is_refused_and_changes_nothing(
    ruth: Browser, cast: Cast, database: Database, changed: dict[str, str], words_of: str
) -> None:
    await ruth.submit(PATH, form_of(cast, maria="1"))
    refused = await ruth.submit(PATH, form_of(cast, **changed))
    assert (refused.status_code, words_of in words(refused)) == (422, True)
    assert await order_in(database) == {"Maria": 1}


async def test_an_invalid_number_stays_in_the_form(ruth: Browser, cast: Cast, database: Database) -> None:
    refused = await ruth.submit(PATH, form_of(cast, ken="1") | {f"phone-{cast.ken.id}": "ask Maria"})
    assert (refused.status_code, 'value="ask Maria"' in refused.text) == (422, True)
    assert await order_in(database) == {}


@pytest.mark.parametrize("typed", ["+1 876 555 0140", "+44 20 7946 0018", "1-800-555-0140"])
async def test_case_78_a_number_to_which_the_clinic_sends_no_texts_is_refused(
    ruth: Browser, cast: Cast, database: Database, typed: str
) -> None:
    refused = await ruth.submit(PATH, form_of(cast, ken="1") | {f"phone-{cast.ken.id}": typed})
    assert (refused.status_code, "Text messages can't go to this number" in words(refused)) == (422, True)
    assert await order_in(database) == {}


async def test_staff_of_another_clinic_cannot_be_on_the_rota(ruth: Browser, cast: Cast, database: Database) -> None:
    await ruth.submit(
        PATH, form_of(cast, ken="2") | {f"place-{cast.tom.id}": "1", f"phone-{cast.tom.id}": "(212) 555-0100"}
    )
    assert await order_in(database) == {"Ken": 2}
    assert cast.tom.name not in (await ruth.get(PATH)).text


async def test_only_an_admin_opens_it(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    assert (await maria.get(PATH)).status_code == 403
    assert (await maria.submit(PATH, form_of(cast, maria="1"))).status_code == 403


async def test_the_page_names_the_channels_that_are_not_set_up(
    app: Litestar, ruth: Browser, settings: Settings
) -> None:
    assert "Neither texts nor emails can be sent" in words(await ruth.get(PATH))
    app.state["settings"] = replace(settings, smtp_url="smtp://localhost:25?from=a@b.example")
    assert "by email" in words(await ruth.get(PATH))


async def test_case_89_two_edits_of_the_rota_lose_nothing(
    ruth: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    """The later page has an older order. It keeps what was typed there, and takes over what was changed elsewhere."""
    await ruth.submit(PATH, form_of(cast, ken="1"))
    old = {"seen": seen_on((await ruth.get(PATH)).text)}
    await ruth.submit(PATH, form_of(cast, ken="1", maria="2") | old)
    late = await ruth.submit(PATH, form_of(cast, ken="1", wait="20") | old)
    assert (late.status_code, "This was changed while you had it open" in words(late)) == (409, True)
    assert "Maria Alvarez, Place in the order: 2" in words(late)
    assert await order_in(database) == {"Ken": 1, "Maria": 2}
    fresh = form_of(cast, ken="1", maria="2", wait="20") | {"seen": seen_on(late.text)}
    assert 'value="20"' in late.text
    assert "Saved." in words(await ruth.submit(PATH, fresh))
    [clinic] = [clinic for clinic in await rows(database, Clinic) if clinic.id == cast.harbor.id]
    assert (clinic.on_call_wait, await order_in(database)) == (20, {"Ken": 1, "Maria": 2})


async def test_case_89_an_older_page_takes_nobody_off_the_rota_who_joined_meanwhile(
    ruth: Browser, cast: Cast, database: Database
) -> None:
    old = {"seen": seen_on((await ruth.get(PATH)).text)}
    await ruth.submit("/staff/team", {"name": "Noor", "email": "noor@harbor.example", "role": "clinician"})
    [noor] = [one for one in await rows(database, Staff) if one.name == "Noor"]
    hers = {f"place-{noor.id}": "1", f"phone-{noor.id}": "+1 212 555 0160"}
    await ruth.submit(PATH, form_of(cast) | {"seen": seen_on((await ruth.get(PATH)).text)} | hers)
    await ruth.submit(PATH, form_of(cast, ken="2") | old)
    [noor] = await rows(database, Staff, Staff.id == noor.id)
    assert (noor.on_call, noor.phone, await order_in(database)) == (1, "+1 212 555 0160", {"Noor": 1, "Ken": 2})


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    return found[1]
