"""Staff log calls from the call list."""

from server.db import Database
from server.people.models import PhoneCall
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import audited, due_check_in, rows


async def test_a_logged_call_takes_the_patient_off_the_list_and_is_audited(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        await due_check_in(db, cast.rosa)
    clock.move(days=3)
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}/calls"
    assert "To call Rosa Delgado" in words(await maria.get("/staff?show=late"))
    fields = {"outcome": "left-message", "note": "Will try Luis.", "back": "/staff?show=late"}
    page = await maria.submit(path, fields)
    assert page.url.path == "/staff"
    text = words(page)
    assert "No one needs a call about a check-in." in text
    assert "Called, still no answer" in text
    assert "Left a message, Maria Alvarez, Thu, Nov 19" in text
    [call] = await rows(database, PhoneCall)
    assert (call.note, call.staff_id, call.at, b"Luis" in (call.note_sealed or b"")) == (
        "Will try Luis.",
        cast.maria.id,
        clock(),
        False,
    )
    assert await audited(database, call.id) == ["call.logged"]
    assert "Will try Luis." in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    clock.move(days=7)
    maria = await signed_in(cast.maria)
    assert "To call Rosa Delgado" in words(await maria.get("/staff?show=late"))


async def test_a_call_without_an_outcome_or_in_another_clinic_is_refused(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria, tom, path = await signed_in(cast.maria), await signed_in(cast.tom), f"/staff/patients/{cast.rosa.id}/calls"
    assert (await maria.submit(path, {"outcome": "shouted"})).status_code == 422
    assert (await tom.submit(path, {"outcome": "reached"})).status_code == 404
    assert await rows(database, PhoneCall) == []
    away = await maria.submit(path, {"outcome": "reached", "back": "https://elsewhere.example/"})
    assert away.url.path == f"/staff/patients/{cast.rosa.id}"
