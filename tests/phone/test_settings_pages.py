"""What a person sets on the phone: size, names, helpers, pause, leaving (case 51)."""

import pytest

from server.access.models import Device
from server.checkins.models import CheckIn
from server.clock import to_wall
from server.db import Database
from server.people.models import Caregiver, Patient
from server.people.rules import ContactBy
from server.reminders.models import Reminder
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import audited, due_check_in, rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def patient_row(database: Database, cast: Cast) -> Patient:
    [found] = await rows(database, Patient, Patient.id == cast.rosa.id)
    return found


async def test_the_size_of_text_is_this_phones_and_stays_after_signing_out(signed_in: Enter, cast: Cast) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    assert 'data-size="100"' in (await rosa.get("/")).text
    page = await rosa.submit("/settings/size", {"size": "200"})
    assert 'data-size="200"' in page.text
    assert 'data-size="100"' in (await luis.get("/")).text
    await rosa.submit("/sign-out")
    assert 'data-size="200"' in (await rosa.get("/join")).text


async def test_a_size_that_there_is_not_is_refused(browser: Browser) -> None:
    assert (await browser.submit("/settings/size", {"size": "900"})).status_code == 422


async def test_a_phone_gets_a_name(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    [of_rosa] = await rows(database, Device, Device.patient_id == cast.rosa.id)
    assert "Kitchen tablet" in words(
        await rosa.submit(f"/settings/device-names/{of_rosa.id}", {"name": "Kitchen tablet"})
    )
    assert "device.renamed" in await audited(database, of_rosa.id)
    assert (await rosa.submit(f"/settings/device-names/{of_rosa.id}", {"name": " "})).status_code == 422
    assert (await luis.submit(f"/settings/device-names/{of_rosa.id}", {"name": "Mine"})).status_code == 404


async def test_the_patient_ends_a_helpers_access(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    assert "End Luis Delgado's access" in words(await rosa.get("/settings/phones"))
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/end")
    assert (await luis.get("/settings")).url.path == "/join"
    [ended] = await rows(database, Caregiver, Caregiver.id == cast.luis.id)
    assert ended.ended_at == NOW
    assert "Luis Delgado" not in words(await rosa.get("/settings/phones"))
    assert (await rosa.submit(f"/settings/helpers/{cast.luis.id}/end")).status_code == 404


async def test_case_19_a_pause_at_ones_own_wish(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    assert "Reminders are paused" in words(await rosa.submit("/settings/pause", {"pause": "on"}))
    assert "at the patient's request" in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    assert "Do you want to pause reminders?" in words(await rosa.submit("/settings/pause", {"pause": "off"}))
    assert (await patient_row(database, cast)).paused_at is None


async def test_what_the_clinic_paused_is_the_clinics_to_resume(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await maria.submit(f"/staff/patients/{cast.rosa.id}/pause", {"why": "hospital"})
    assert "The clinic paused your reminders" in words(await rosa.submit("/settings/pause", {"pause": "off"}))
    assert (await patient_row(database, cast)).pause_reason == "hospital"


async def test_a_patient_says_how_to_be_reached_and_nobody_assumes_a_voice(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis, maria = await signed_in(cast.rosa), await signed_in(cast.luis), await signed_in(cast.maria)
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).contact = ContactBy.NOT_CHOSEN
    assert "has not said how" in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    for contact, said in (("text", "prefers a text"), ("caregiver", "call the helper"), ("call", "voice call")):
        page = await rosa.submit("/settings/contact", {"contact": contact})
        assert f'value="{contact}" class="said"' in page.text
        assert said in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    assert (await rosa.submit("/settings/contact", {"contact": "shout"})).status_code == 422
    assert (await luis.submit("/settings/contact", {"contact": "text"})).status_code == 403
    assert (await audited(database, cast.rosa.id)).count("patient.contact") == 3


async def test_case_51_leaving_stops_all_and_signs_every_phone_out(
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


async def test_leaving_is_the_patients_alone(signed_in: Enter, cast: Cast) -> None:
    luis = await signed_in(cast.luis)
    assert (await luis.get("/settings/leave")).status_code in (403, 404)
    assert (await luis.submit("/settings/leave")).status_code in (403, 404)
    assert "Leave Interlude" not in words(await luis.get("/settings"))


async def test_one_switch_is_switched_on_and_off_for_this_phone(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    assert "data-scan" not in (await rosa.get("/")).text
    await rosa.submit("/settings/scan", {"step": "3"})
    page = await rosa.get("/")
    assert 'data-scan="3"' in page.text
    assert "/static/switch-scanning." in page.text
    assert page.headers["interlude-look"] == "en-100-3-normal"
    await rosa.submit("/settings/scan", {"step": "off"})
    assert "data-scan" not in (await rosa.get("/")).text
    assert (await rosa.submit("/settings/scan", {"step": "9"})).status_code == 422


async def test_the_read_aloud_button_speaks_slowly_or_is_not_there(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    assert 'data-aloud="normal"' in (await rosa.get("/")).text
    assert "Read aloud: on" in words(await rosa.get("/settings/look"))
    for aloud in ("slow", "off"):
        page = await rosa.submit("/settings/aloud", {"aloud": aloud})
        assert f'value="{aloud}" class="said"' in page.text
        assert f'data-aloud="{aloud}"' in (await rosa.get("/")).text
    assert "Read aloud: off" in words(await rosa.get("/settings/look"))
    assert (await rosa.submit("/settings/aloud", {"aloud": "loud"})).status_code == 422


async def test_check_ins_come_at_the_hour_that_the_patient_chose(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    rosa = await signed_in(cast.rosa)
    await rosa.submit("/settings/times", {"at": "19:00"})
    due = [row for row in await rows(database, CheckIn) if row.due_at > NOW]
    assert due
    assert {to_wall(row.due_at, cast.rosa.zone).strftime("%H:%M") for row in due} == {"19:00"}
    moments = {r.moment for r in await rows(database, Reminder, Reminder.kind == "check-in", Reminder.moment > NOW)}
    assert {row.due_at for row in due} <= moments
    assert [row.due_at for row in await rows(database, CheckIn, CheckIn.id == check_in.id)] == [NOW]
    assert (await rosa.submit("/settings/times", {"at": "03:00"})).status_code == 422
