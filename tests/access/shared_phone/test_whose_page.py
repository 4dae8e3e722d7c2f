"""A form acts for the patient on whose page it stands, whoever is active on the phone by then (case 97)."""

import re

import httpx

from server.db import Database
from server.responses.models import Draft
from tests.access.shared_phone.scene import switches_to
from tests.browser_without_screen import Browser, markup, words
from tests.cast import Cast
from tests.conftest import StillClock
from tests.stories import due_check_in, rows


def person_in(page: httpx.Response) -> str:
    """Whose page a form stands on, as it says."""
    found = re.search(r'name="person" value="(\w+)"', page.text)
    assert found is not None
    return found[1]


async def test_case_97_a_form_acts_for_the_patient_on_whose_page_it_stands(
    phone: Browser, cast: Cast, database: Database
) -> None:
    """Luis has Helen's page open. A notification opens Rosa's page in another window, and he presses in Helen's."""
    helens = person_in(await phone.get("/sign-out"))
    await switches_to(phone, database, cast.rosa)
    home = await phone.submit("/sign-out", {"person": helens})
    assert "This phone is signed out for Helen Marsh" in words(home)
    assert "For Rosa Delgado" in markup(await phone.get("/settings"))


async def test_case_97_an_answer_given_on_one_patients_page_is_that_patients(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        helens_check_in = await due_check_in(db, cast.helen, now=clock())
    path = f"/check-ins/{helens_check_in.id}/q/breathing"
    helens = person_in(await phone.get(f"{path}?who=helper"))
    await switches_to(phone, database, cast.rosa)
    answered = await phone.submit(path, {"answer": "none", "who": "helper", "person": helens})
    assert (answered.status_code, person_in(answered)) == (200, helens)
    assert [(draft.check_in_id, draft.link_id) for draft in await rows(database, Draft)] == [
        (helens_check_in.id, "breathing")
    ]


async def test_case_97_a_form_for_somebody_who_is_not_signed_in_here_does_nothing(
    phone: Browser, cast: Cast, database: Database
) -> None:
    helens = person_in(await phone.get("/sign-out"))
    await phone.submit("/sign-out")
    for person in (helens, cast.rosa.id, "0" * 32):
        refused = await phone.http.post("/sign-out", data={"person": person, "_csrf_token": await phone.csrf()})
        assert refused.status_code in (401, 303), person
    assert "For Rosa Delgado" in markup(await phone.get("/settings"))


async def test_case_97_a_link_keeps_whose_words_the_answers_are(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        rosas = await due_check_in(db, cast.rosa, now=clock())
    opened = await phone.get(f"/check-ins/{rosas.id}/q/breathing?who=hands&chosen=yes")
    assert (opened.url.path, dict(opened.url.params)) == (
        f"/check-ins/{rosas.id}/q/breathing",
        {"who": "hands", "chosen": "yes"},
    )
