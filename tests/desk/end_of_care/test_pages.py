"""The pages of a death and of hospice care: what the act does, no Resume, and the way back (case 117)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.people.models import Patient
from server.responses.models import Response as Answered
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.desk.end_of_care.test_flow import booked
from tests.stories import due_check_in, rows


@pytest.mark.parametrize(("why", "sentence"), [("death", "Has died"), ("hospice", "In hospice care")])
async def test_case_117_it_is_shown_as_such_and_never_as_a_pause(
    signed_in: Enter, cast: Cast, database: Database, why: str, sentence: str
) -> None:
    await booked(database, cast, 2)
    maria, page = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    assert f'href="{page}/care?why={why}"' in (await maria.get(page)).text
    asked = words(await maria.get(f"{page}/care?why={why}"))
    assert "These visits will be cancelled" in asked
    assert "Wednesday" in asked or "Wed, Nov 18" in asked
    after = await maria.submit(f"{page}/care", {"why": why})
    assert sentence in words(after)
    assert "Resume" not in after.text
    assert "Book a visit" not in after.text
    assert "This was a mistake" in after.text
    assert sentence in words(await maria.get("/staff/patients"))
    rosa = await signed_in(cast.rosa)
    assert "Reminders have ended" in words(await rosa.get("/"))


async def test_case_117_a_reversal_wants_a_reason_and_restores_one_by_one(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    first, second = await booked(database, cast, 2, 9)
    maria, page = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    await maria.submit(f"{page}/care", {"why": "death"})
    assert (await maria.submit(f"{page}/care/reverse", {"reason": " "})).status_code == 422
    assert (await maria.submit(f"{page}/care/restore", {"visit": first})).status_code == 409
    after = await maria.submit(f"{page}/care/reverse", {"reason": "Another Rosa Delgado."})
    assert "Another Rosa Delgado." in after.text
    assert all(f'value="{visit}"' in after.text for visit in (first, second))
    again = await maria.submit(f"{page}/care/restore", {"visit": first})
    assert f'value="{first}"' not in again.text
    assert f'value="{second}"' in again.text


async def test_case_117_only_these_two_reasons_end_care_and_they_are_no_pause(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, page = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    assert (await maria.submit(f"{page}/care", {"why": "holiday"})).status_code == 422
    assert (await maria.get(f"{page}/care?why=holiday")).status_code == 422
    assert (await maria.submit(f"{page}/pause", {"why": "death"})).status_code == 422
    assert (await maria.get(f"{page}/care/reverse")).url.path == page
    assert {patient.paused_at for patient in await rows(database, Patient)} == {None}
    tom = await signed_in(cast.tom)
    assert (await tom.submit(f"{page}/care", {"why": "death"})).status_code == 404


@pytest.mark.parametrize("why", ["death", "hospice"])
async def test_case_117_nobody_is_asked_how_a_person_is_whose_care_has_ended(
    signed_in: Enter, cast: Cast, database: Database, why: str
) -> None:
    """Luis has the app open when Maria records it: his Home has no check-in, and an old link to it is over."""
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    luis, maria = await signed_in(cast.luis), await signed_in(cast.maria)
    assert f"/check-ins/{check_in.id}" in (await luis.get("/")).text
    await maria.submit(f"/staff/patients/{cast.rosa.id}/care", {"why": why})
    home = await luis.get("/")
    assert "/check-ins/" not in home.text
    assert "let you know" not in words(home)
    closed = words(await luis.get(f"/check-ins/{check_in.id}/q/breathing?who=helper"))
    assert "This check-in is closed" in closed
    assert "let you know" not in closed
    assert (await luis.get("/held", accept="application/json")).json()["forms"] == []
    states = {row.state for row in await rows(database, CheckIn) if row.patient_id == cast.rosa.id}
    assert states == {"cancelled"}


async def test_case_117_what_was_answered_before_is_not_lost(signed_in: Enter, cast: Cast, database: Database) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await rosa.submit(f"/check-ins/{check_in.id}/q/breathing?who=self", {"answer": "little"})
    await maria.submit(f"/staff/patients/{cast.rosa.id}/care", {"why": "death"})
    [response] = await rows(database, Answered)
    assert response.status == "in-progress"
