"""The pages of a death and of hospice care: what the act does, no Resume, and the way back (case 117)."""

import pytest

from server.access.models import PairingCode
from server.appointments.models import Appointment
from server.checkins.models import CheckIn, Plan
from server.db import Database
from server.people.models import Patient
from server.responses.models import Response as Answered
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter, StillClock
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


async def rosa_now(database: Database, cast: Cast) -> Patient:
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    return rosa


@pytest.mark.parametrize("pressed", ["resume", "hospital", "consent-withdrawn"])
async def test_case_117_an_older_page_neither_resumes_nor_renames_an_end_of_care(
    signed_in: Enter, cast: Cast, database: Database, pressed: str
) -> None:
    maria, ken, page = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/patients/{cast.rosa.id}"
    await maria.submit(f"{page}/pause", {"why": "holiday"})
    await ken.submit(f"{page}/care", {"why": "death"})
    late = await maria.submit(f"{page}/pause", {"why": pressed})
    assert "changed since you opened it. Nothing was saved" in words(late)
    assert "Has died · recorded by Ken Osei" in words(late)
    rosa = await rosa_now(database, cast)
    assert (rosa.paused_at, rosa.pause_reason) == (NOW, "death")


async def test_case_117_a_patient_in_hospice_care_may_die_and_a_mistake_leads_back_to_hospice(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria, page = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    hospice = await maria.submit(f"{page}/care", {"why": "hospice"})
    assert f'href="{page}/care?why=death"' in hospice.text
    clock.move(minutes=10)
    died = await maria.submit(f"{page}/care", {"why": "death"})
    assert "Has died · recorded by Maria Alvarez" in words(died)
    assert (await rosa_now(database, cast)).pause_reason == "death"
    later = await maria.submit(f"{page}/care", {"why": "hospice"})
    assert "Has died" in words(later)
    assert "Reminders stay paused for another reason: hospice" in words(await maria.get(f"{page}/care/reverse"))
    back = await maria.submit(f"{page}/care/reverse", {"reason": "Another Rosa Delgado."})
    assert "In hospice care · recorded by Maria Alvarez" in words(back)
    assert (await rosa_now(database, cast)).pause_reason == "hospice"


async def test_case_107_the_page_of_a_reversal_says_until_when_the_former_pause_lasts(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, page = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    await maria.submit(f"{page}/pause", {"why": "holiday", "end": "week", "day": ""})
    await maria.submit(f"{page}/care", {"why": "death"})
    asks = words(await maria.get(f"{page}/care/reverse"))
    assert "Reminders stay paused for another reason: on vacation." in asks
    assert "Until: Monday, November 23. Reminders start again that day." in asks
    back = await maria.submit(f"{page}/care/reverse", {"reason": "Another Rosa Delgado."})
    assert "until: Monday, November 23." in words(back)


@pytest.mark.parametrize("order", ["before", "during"])
async def test_case_117_a_reversal_sends_nothing_to_whoever_withdrew_consent(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, order: str
) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    page = f"/staff/patients/{cast.rosa.id}"
    if order == "before":
        await rosa.submit("/settings/leave")
        clock.move(minutes=10)
    await maria.submit(f"{page}/care", {"why": "death"})
    clock.move(minutes=10)
    if order == "during":
        await rosa.submit("/settings/leave")
        assert (await rosa_now(database, cast)).pause_reason == "death"
        clock.move(minutes=10)
    await maria.submit(f"{page}/care/reverse", {"reason": "Another Rosa Delgado."})
    paused = await rosa_now(database, cast)
    assert (paused.paused_at is not None, paused.pause_reason) == (True, "consent-withdrawn")


async def test_case_117_a_reversal_after_a_pause_that_had_ended_pauses_nothing(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria, page = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    for why in ("holiday", "resume"):
        await maria.submit(f"{page}/pause", {"why": why})
        clock.move(minutes=10)
    await maria.submit(f"{page}/care", {"why": "death"})
    clock.move(minutes=10)
    await maria.submit(f"{page}/care/reverse", {"reason": "Another Rosa Delgado."})
    assert (await rosa_now(database, cast)).paused_at is None


@pytest.mark.parametrize("why", ["death", "hospice"])
async def test_case_117_an_older_page_books_nothing_and_begins_no_plan(
    signed_in: Enter, cast: Cast, database: Database, why: str
) -> None:
    maria, ken, page = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/patients/{cast.rosa.id}"
    await maria.submit(f"{page}/plans", {"slug": "daily-three", "rhythm": "daily", "at": "09:00"})
    [plan] = await rows(database, Plan)
    await ken.submit(f"{page}/care", {"why": why})
    form = {"patient": cast.rosa.id, "date": "2026-12-01", "time": "10:00", "place": "Room 7"}
    refused = await maria.submit("/staff/visits", form)
    assert (refused.status_code, 'value="Room 7"' in refused.text) == (422, True)
    assert "This patient has died or is in hospice care. Nothing was booked." in words(refused)
    assert await rows(database, Appointment) == []
    weekly = {"slug": "weekly-als", "rhythm": "weekly", "at": "09:00", "weekday": "1"}
    for address, sent in ((f"{page}/plans", weekly), (f"{page}/plans/{plan.id}/resume", {})):
        assert "changed since you opened it. Nothing was saved" in words(await maria.submit(address, sent))
    assert [(each.slug, each.ended_at) for each in await rows(database, Plan)] == [("daily-three", NOW)]


async def test_case_127_an_older_page_pairs_no_phone_of_a_patient_who_has_died(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, ken, page = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/patients/{cast.rosa.id}"
    await ken.submit(f"{page}/care", {"why": "death"})
    for address, sent in ((f"{page}/pair", {}), (f"{page}/devices", {"code": "123456"})):
        assert "changed since you opened it. Nothing was saved" in words(await maria.submit(address, sent))
    assert await rows(database, PairingCode) == []
