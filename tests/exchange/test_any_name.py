"""Any name survives entry, search, page, print, calendar and export, as it was typed (cases 81, 83, 109, 110)."""

import json
from html import unescape

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.clock import to_wall
from server.db import Database
from server.people.models import Patient
from server.typed.direction import isolated
from server.typed.text import is_blank, one_line
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.exchange.calendar_readers import by_icalendar, by_vobject
from tests.people.scene import FORM

LETTERS = st.characters(categories=("L", "M", "N", "P", "S", "Zs"))
NAMES = st.text(LETTERS | st.sampled_from("'’-. ,;:\\\"<&"), min_size=1, max_size=60).filter(
    lambda typed: not is_blank(typed)
)


def shows(page: str, name: str) -> bool:
    """Whether a page shows it, isolated from the text around it where its direction needs that."""
    text = unescape(page)
    return name in text or str(isolated(name)) in text


@pytest.mark.sweep
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example("Siobhán O’Brien-Núñez, Jr.")
@example("שרה לוי")
@example("<b>&amp;\\n")
@example("e\u0301ric")
@given(typed=NAMES)
async def test_any_name_survives_entry_search_page_print_calendar_and_export(
    signed_in: Enter, cast: Cast, database: Database, typed: str
) -> None:
    maria, name = await signed_in(cast.maria), one_line(typed)
    patient = await registered(maria, database, typed)
    assert patient.name == name
    assert shows((await maria.http.get("/staff/patients", params={"q": typed})).text, name)
    for path in ("", "/edit", "/print"):
        assert shows((await maria.get(f"/staff/patients/{patient.id}{path}")).text, name), path

    async with database.writing() as db:
        new = NewAppointment(to_wall(NOW, "America/New_York").replace(month=12), place=name)
        visit = await booking.book(work_by(db, cast.maria), await db.get_one(Patient, patient.id), new)
    phone = await signed_in(patient)
    assert shows((await phone.get(f"/visits/{visit.id}")).text, name)
    file = (await phone.get(f"/visits/{visit.id}/visit.ics")).content
    assert (by_vobject(file).place, by_icalendar(file).place) == (name, name)
    exported = json.loads((await phone.get("/my-data.json")).text)
    [row] = [entry["resource"] for entry in exported["entry"] if entry["resource"]["resourceType"] == "Patient"]
    assert row["name"][0]["text"] == name
    assert shows((await phone.get("/my-data.html")).text, name)


async def registered(maria: Browser, database: Database, typed: str) -> Patient:
    async with database.reading() as db:
        before = set(await db.scalars(select(Patient.id)))
    page = await maria.submit("/staff/patients", FORM | {"name": typed, "another": "yes"})
    assert page.status_code == 200
    async with database.reading() as db:
        [new] = [patient for patient in await db.scalars(select(Patient)) if patient.id not in before]
    return new
