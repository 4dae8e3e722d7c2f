"""An admin edits what patients see of the clinic."""

import re
from datetime import UTC, datetime

import pytest

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.db import Database
from server.people.models import Clinic
from server.reminders.models import Reminder
from tests.browser_without_screen import markup, words
from tests.cast import Cast, work_by
from tests.conftest import Enter
from tests.stories import audited, rows

FACTS = {
    "name": "Harbor Infusion Center",
    "zone": "America/New_York",
    "phone": "(212) 555-0199",
    "emergency_number": "112",
    "crisis_line": "988",
    "address": "14 Elm Street",
    "visit_instructions": "Bring someone to drive you.",
    "opens-0": "09:00",
    "closes-0": "13:00",
}


async def harbor(database: Database, cast: Cast) -> Clinic:
    [found] = await rows(database, Clinic, Clinic.id == cast.harbor.id)
    return found


async def test_patients_see_what_an_admin_changes(signed_in: Enter, cast: Cast, database: Database) -> None:
    ruth, rosa = await signed_in(cast.ruth), await signed_in(cast.rosa)
    assert (await ruth.submit("/staff/clinic", FACTS)).status_code == 200
    clinic = await harbor(database, cast)
    assert (clinic.phone, clinic.staffed_hours) == ("(212) 555-0199", {"0": ["09:00", "13:00"]})
    help_page = words(await rosa.get("/help"))
    assert "(212) 555-0199" in help_page
    assert "112" in help_page
    assert await audited(database, clinic.id) == ["clinic.changed"]


@pytest.mark.parametrize(
    "changed",
    [
        {"zone": "Moon/Sea"},
        {"name": ""},
        {"phone": " "},
        {"emergency_number": ""},
        {"crisis_line": ""},
        {"opens-0": "8:00", "closes-0": "17:00"},
        {"opens-0": "24:00", "closes-0": "25:00"},
        {"opens-1": "08:00", "closes-1": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_invalid_clinic_details_are_refused(
    signed_in: Enter, cast: Cast, database: Database, changed: dict[str, str]
) -> None:
    ruth = await signed_in(cast.ruth)
    refused = await ruth.submit("/staff/clinic", FACTS | changed)
    assert refused.status_code == 422
    assert "14 Elm Street" in refused.text
    assert (await harbor(database, cast)).address == "12 Elm Street"


async def test_case_77_a_button_dials_the_number_that_it_shows(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ruth, rosa = await signed_in(cast.ruth), await signed_in(cast.rosa)
    lines = {"phone": "(212) 555-0140 ext. 12", "crisis_line": "988 (press 1)", "emergency_number": "911"}
    assert (await ruth.submit("/staff/clinic", FACTS | lines)).status_code == 200
    page = await rosa.get("/help")
    for tel in ("+12125550140;ext=12", "988", "911"):
        assert f'href="tel:{tel}"' in page.text
    for shown in lines.values():
        assert shown in words(page)


@pytest.mark.parametrize("field", ["phone", "emergency_number", "crisis_line"])
@pytest.mark.parametrize("typed", ["xyz", "911 / 988", "(555) 010-0140", "9111"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_77_an_undiallable_number_is_refused_at_its_field(
    signed_in: Enter, cast: Cast, database: Database, field: str, typed: str
) -> None:
    ruth = await signed_in(cast.ruth)
    refused = await ruth.submit("/staff/clinic", FACTS | {field: typed})
    assert refused.status_code == 422
    assert f'value="{typed}" autocomplete="off" aria-invalid="true" aria-describedby="{field}-fault"' in markup(refused)
    assert FACTS["visit_instructions"] in refused.text
    clinic = await harbor(database, cast)
    assert (clinic.phone_tel, clinic.emergency_number_tel, clinic.crisis_line_tel) == ("+12125550140", "911", "988")


async def test_case_77_numbers_are_read_for_the_clinics_country(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ruth = await signed_in(cast.ruth)
    british = {"country": "GB", "phone": "020 7946 0018", "emergency_number": "999", "crisis_line": "116 123"}
    assert (await ruth.submit("/staff/clinic", FACTS | british)).status_code == 200
    clinic = await harbor(database, cast)
    found = (clinic.country, clinic.phone_tel, clinic.emergency_number_tel, clinic.crisis_line_tel)
    assert found == ("GB", "+442079460018", "999", "116123")


async def test_case_77_an_unreadable_line_is_shown_and_never_dialled(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        clinic = await db.get_one(Clinic, cast.harbor.id)
        clinic.crisis_line, clinic.crisis_line_tel = "call 988", None
    rosa, ruth, maria = await signed_in(cast.rosa), await signed_in(cast.ruth), await signed_in(cast.maria)
    page = await rosa.get("/help")
    assert "call 988" in words(page)
    assert "tel:988" not in page.text
    assert 'href="/staff/clinic"' in (await ruth.get("/staff?show=unreached")).text
    assert "only an admin can correct it" in words(await maria.get("/staff?show=unreached"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_89_two_edits_of_the_clinic_lose_nothing(signed_in: Enter, cast: Cast, database: Database) -> None:
    ruth, page = await signed_in(cast.ruth), "/staff/clinic"
    await ruth.submit(page, FACTS)
    seen = re.search(r'name="seen" value="([^"]*)"', (await ruth.get(page)).text)
    assert seen is not None
    await ruth.submit(page, FACTS | {"seen": seen[1], "closes-0": "20:00"})
    late = await ruth.submit(page, FACTS | {"seen": seen[1], "address": "40 Oak Avenue"})
    assert late.status_code == 409
    assert "40 Oak Avenue" in late.text
    assert 'name="closes-0" value="20:00"' in markup(late)
    clinic = await harbor(database, cast)
    assert (clinic.staffed_hours["0"][1], clinic.address) == ("20:00", FACTS["address"])


async def test_case_146_a_new_zone_moves_the_visits_in_the_same_act(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 12, 1, 10)))
        others = await booking.book(work_by(db, cast.tom), cast.helen, NewAppointment(datetime(2026, 12, 1, 10)))
    ruth = await signed_in(cast.ruth)
    assert (await ruth.submit("/staff/clinic", FACTS | {"zone": "US/Pacific"})).status_code == 200
    assert (await harbor(database, cast)).zone == "America/Los_Angeles"
    [moved] = await rows(database, Appointment, Appointment.id == visit.id)
    assert (moved.zone, moved.starts) == ("America/Los_Angeles", datetime(2026, 12, 1, 10))
    assert moved.starts_at == datetime(2026, 12, 1, 18, tzinfo=UTC)
    planned = await rows(database, Reminder, Reminder.subject_id == visit.id, Reminder.state == "scheduled")
    assert max(reminder.moment for reminder in planned) == datetime(2026, 12, 1, 16, tzinfo=UTC)
    [same] = await rows(database, Appointment, Appointment.id == others.id)
    assert same.changes == 0


async def test_case_146_the_zone_is_chosen_from_places(signed_in: Enter, cast: Cast, database: Database) -> None:
    ruth = await signed_in(cast.ruth)
    page = await ruth.get("/staff/clinic")
    assert '<option value="America/New_York" selected>New York</option>' in markup(page)
    for zone in ("EST", "Etc/GMT+5", "UTC"):
        refused = await ruth.submit("/staff/clinic", FACTS | {"zone": zone})
        assert refused.status_code == 422
        assert "Please choose a place for the time zone." in words(refused)
        assert '<option value="">Choose a place</option>' in markup(refused)
    assert (await harbor(database, cast)).zone == "America/New_York"
