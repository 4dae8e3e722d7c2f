"""A person pauses all messages, or leaves (cases 19, 51)."""

import pytest

from server.db import Database
from server.people.models import Patient
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import audited, rows

# The functions below these pages are tested on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def patient_row(database: Database, cast: Cast) -> Patient:
    [found] = await rows(database, Patient, Patient.id == cast.rosa.id)
    return found


async def test_case_162_leaving_sends_no_clear_site_data(signed_in: Enter, cast: Cast) -> None:
    """WebKit would hang. The page itself clears what the phone keeps (tests/journeys/test_offline_bundle.py)."""
    rosa = await signed_in(cast.rosa)
    assert "data-signs-out" in (await rosa.get("/settings/leave")).text
    left = await rosa.submit("/settings/leave")
    assert left.url.path == "/join"
    assert all("clear-site-data" not in answer.headers for answer in [*left.history, left])


async def test_case_19_a_patient_pauses_all_messages(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    assert "Reminders are paused" in words(await rosa.submit("/settings/pause", {"pause": "on"}))
    assert "at the patient's request" in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    assert "Do you want to pause reminders?" in words(await rosa.submit("/settings/pause", {"pause": "off"}))
    assert (await patient_row(database, cast)).paused_at is None


async def test_only_the_clinic_ends_a_pause_that_it_began(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await maria.submit(f"/staff/patients/{cast.rosa.id}/pause", {"why": "hospital"})
    assert "The clinic paused your reminders" in words(await rosa.submit("/settings/pause", {"pause": "off"}))
    assert (await patient_row(database, cast)).pause_reason == "hospital"


async def test_case_51_leaving_stops_everything_and_signs_every_phone_out(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis, maria = await signed_in(cast.rosa), await signed_in(cast.luis), await signed_in(cast.maria)
    assert "Do you want to leave?" in words(await rosa.get("/settings/leave"))
    left = await rosa.submit("/settings/leave")
    assert left.url.path == "/join"
    assert (await rosa.get("/settings")).url.path == "/join"
    assert (await luis.get("/settings")).url.path == "/join"
    assert (await patient_row(database, cast)).pause_reason == "consent-withdrawn"
    assert "consent withdrawn" in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    assert "patient.left" in await audited(database, cast.rosa.id)
    assert (await rosa.post_json("/open", {})).status_code == 401


async def test_only_the_patient_can_leave(signed_in: Enter, cast: Cast) -> None:
    luis = await signed_in(cast.luis)
    assert (await luis.get("/settings/leave")).status_code in (403, 404)
    assert (await luis.submit("/settings/leave")).status_code in (403, 404)
    assert "Leave Interlude" not in words(await luis.get("/settings"))
