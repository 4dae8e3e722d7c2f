"""Files that a person downloads."""

from datetime import datetime
from typing import Any

from icalendar import Calendar

from server.appointments import booking, flow
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.db import Database
from server.people.models import Patient
from server.people.rules import NameInMessages
from tests.cast import Cast, work_by
from tests.conftest import Enter


def event_of(body: bytes) -> Any:
    [event] = Calendar.from_ical(body).walk("VEVENT")
    return event


async def test_a_phone_gets_its_visit_and_later_the_change(signed_in: Enter, cast: Cast, database: Database) -> None:
    async with database.writing() as db:
        new = NewAppointment(datetime(2026, 12, 1, 10), 90, "Room 2", "Bring the mask machine.")
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, new)
    rosa = await signed_in(cast.rosa)
    answer = await rosa.get(f"/visits/{visit.id}/visit.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    first = event_of(answer.content)
    assert first["SUMMARY"] == "Clinic visit"
    for private in ("Rosa", "Harbor", "ketamine", "infusion", "mask machine"):
        assert private.lower() not in answer.text.lower()
    async with database.writing() as db:
        stored = await db.get_one(Appointment, visit.id)
        await flow.move(work_by(db, cast.maria), stored, datetime(2026, 12, 3, 14))
    second = event_of((await rosa.get(f"/visits/{visit.id}/visit.ics")).content)
    assert (second["UID"], second["SEQUENCE"]) == (first["UID"], first["SEQUENCE"] + 1)
    assert second["DTSTART"].dt.replace(tzinfo=None) == datetime(2026, 12, 3, 14)


async def test_case_104_a_caregivers_calendar_says_whose_visit_it_is(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 12, 1, 10)))
    luis = await signed_in(cast.luis)
    assert event_of((await luis.get(f"/visits/{visit.id}/visit.ics")).content)["SUMMARY"] == "Rosa: Clinic visit"
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).name_in_messages = NameInMessages.INITIALS
    assert event_of((await luis.get(f"/visits/{visit.id}/visit.ics")).content)["SUMMARY"] == "R. D.: Clinic visit"


async def test_only_the_patient_gets_the_file(signed_in: Enter, cast: Cast, lived: None) -> None:
    luis = await signed_in(cast.luis)
    for path in ("/my-data", "/my-data.json", "/my-data.html"):
        assert (await luis.get(path)).status_code in (403, 404)
