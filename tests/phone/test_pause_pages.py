"""A person pauses all messages, until a day or without an end, or leaves (cases 19, 51, 107)."""

import re
from datetime import date

import pytest
from httpx import Response

from server.db import Database
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from tests.browser_without_screen import markup, words
from tests.cast import Cast, work_by
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


@pytest.mark.parametrize(
    ("end", "day", "english", "spanish"),
    [
        ("week", "", "Until: Monday, November 23.", "Hasta: lunes 23 de noviembre."),
        ("two-weeks", "", "Until: Monday, November 30.", "Hasta: lunes 30 de noviembre."),
        ("day", "2026-11-17", "Until: Tomorrow, Tuesday, November 17.", "Hasta: Mañana, martes 17 de noviembre."),
        ("day", "2027-01-04", "Until: Monday, January 4, 2027.", "Hasta: lunes 4 de enero de 2027."),
    ],
)
async def test_case_107_every_page_says_until_when_reminders_are_paused(
    signed_in: Enter, cast: Cast, database: Database, end: str, day: str, english: str, spanish: str
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    chosen = await rosa.submit("/settings/pause", {"pause": "on", "end": end, "day": day})
    assert f"{english} Reminders start again that day." in words(chosen)
    for person in (rosa, luis):
        for page in ("/", "/settings/reminders", "/settings/pause"):
            text = words(await person.get(page))
            assert f"{english} Reminders start again that day." in text
            assert "can start again at any time." in text
    await _speak_spanish(database, cast)
    for page in ("/", "/settings/reminders", "/settings/pause"):
        assert f"{spanish} Ese día empiezan otra vez los avisos." in words(await rosa.get(page))


async def _speak_spanish(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).locale = "es"


@pytest.mark.parametrize(
    ("why", "until", "english", "spanish"),
    [
        ("own-wish", None, "You can start again at any time.", "Puede volver a recibir avisos cuando quiera."),
        ("hospital", None, "Call the clinic to start again.", "Si quiere avisos otra vez, llame a la clínica."),
        (
            "hospital",
            date(2026, 11, 23),
            "Until: Monday, November 23. Reminders start again that day. Call the clinic to start sooner.",
            "Hasta: lunes 23 de noviembre. Ese día empiezan otra vez los avisos. Si los quiere antes, llame",
        ),
    ],
)
async def test_case_107_without_an_end_the_pages_say_who_can_end_the_pause(
    signed_in: Enter, cast: Cast, database: Database, why: str, until: date | None, english: str, spanish: str
) -> None:
    rosa = await signed_in(cast.rosa)
    async with database.writing() as db:
        patient = await db.get_one(Patient, cast.rosa.id)
        await pausing.pause(work_by(db, cast.maria), patient, PauseReason(why), until)
    pages = ("/", "/settings/reminders", "/settings/pause")
    for page in pages:
        text = words(await rosa.get(page))
        assert english in text
        assert ("Until:" in text) == (until is not None)
    await _speak_spanish(database, cast)
    for page in pages:
        assert spanish in words(await rosa.get(page))


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"day": ""}, "Please choose how long."),
        ({"end": "day", "day": ""}, "Please pick the day on which reminders start again."),
        ({"end": "day", "day": "2026-11-16"}, "Please pick a day between these two: Tuesday, November 17"),
        ({"end": "day", "day": "2027-11-17"}, "and Tuesday, November 16, 2027."),
        ({"end": "day", "day": "soon"}, "That isn't a date."),
    ],
)
async def test_case_107_a_wrong_end_is_said_at_its_field_and_what_was_chosen_stays(
    signed_in: Enter, cast: Cast, database: Database, sent: dict[str, str], fault: str
) -> None:
    rosa = await signed_in(cast.rosa)
    page = await rosa.submit("/settings/pause", {"pause": "on", **sent})
    assert page.status_code == 422
    assert fault in words(page)
    assert "Do you want to pause reminders?" in words(page)
    text = markup(page)
    assert f'value="{sent["day"]}"' in text
    assert ('value="day" checked' in text) == ("end" in sent)
    assert (await patient_row(database, cast)).paused_at is None


async def test_case_107_a_dated_pause_can_be_changed_and_ended_at_once(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.submit("/settings/pause", {"pause": "on", "end": "week", "day": ""})
    page = markup(await rosa.get("/settings/pause"))
    assert 'value="2026-11-23"' in page
    assert 'min="2026-11-17"' in page
    assert 'max="2027-11-16"' in page
    changed = await rosa.submit("/settings/pause", {"pause": "on", "end": "open", "day": "2026-11-23"})
    assert "Until:" not in words(changed)
    assert (await patient_row(database, cast)).paused_until is None
    await rosa.submit("/settings/pause", {"pause": "off"})
    row = await patient_row(database, cast)
    assert (row.paused_at, row.paused_until) == (None, None)


async def test_case_107_a_page_of_a_former_version_pauses_without_an_end(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.submit("/settings/pause", {"pause": "on"})
    row = await patient_row(database, cast)
    assert (row.pause_reason, row.paused_until) == ("own-wish", None)


def shown_in(page: Response) -> str:
    return str(re.findall(r'name="shown" value="([^"]+)"', page.text)[0])


async def test_case_89_an_older_page_changes_no_end_that_somebody_else_chose(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    opened = shown_in(await rosa.get("/settings/pause"))
    week = {"pause": "on", "end": "week", "day": ""}
    changed = await luis.submit("/settings/pause", {**week, "shown": opened})
    assert "Until: Monday, November 23." in words(changed)
    late = await rosa.submit("/settings/pause", {"pause": "on", "end": "day", "day": "2026-12-24", "shown": opened})
    assert late.status_code == 409
    assert "This changed while the page was open. Nothing was saved." in words(late)
    assert "Until: Monday, November 23." in words(late)
    assert 'value="2026-12-24"' in markup(late)
    assert (await patient_row(database, cast)).paused_until == date(2026, 11, 23)
    await luis.submit("/settings/pause", {"pause": "on", "end": "two-weeks", "day": "", "shown": shown_in(changed)})
    late = await rosa.submit("/settings/pause", {"pause": "off", "shown": shown_in(changed)})
    assert (late.status_code, "Until: Monday, November 30." in words(late)) == (409, True)
    await rosa.submit("/settings/pause", {"pause": "off", "shown": shown_in(late)})
    assert (await patient_row(database, cast)).paused_at is None


async def test_case_93_the_same_press_twice_is_no_conflict(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa = await signed_in(cast.rosa)
    opened = shown_in(await rosa.get("/settings/pause"))
    for _ in range(2):
        page = await rosa.submit("/settings/pause", {"pause": "on", "end": "week", "day": "", "shown": opened})
        assert (page.status_code, "Until: Monday, November 23." in words(page)) == (200, True)
    paused = shown_in(page)
    for _ in range(2):
        page = await rosa.submit("/settings/pause", {"pause": "off", "shown": paused})
        assert page.status_code == 200
    assert (await audited(database, cast.rosa.id)).count("patient.paused") == 1


@pytest.mark.parametrize("why", [PauseReason.DEATH, PauseReason.HOSPICE])
async def test_case_117_the_page_of_a_pause_says_that_reminders_have_ended(
    signed_in: Enter, cast: Cast, database: Database, why: PauseReason
) -> None:
    luis = await signed_in(cast.luis)
    async with database.writing() as db:
        await pausing.pause(work_by(db, cast.maria), await db.get_one(Patient, cast.rosa.id), why)
    page = words(await luis.get("/settings/pause"))
    assert "Reminders have ended" in page
    assert "paused" not in page


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
