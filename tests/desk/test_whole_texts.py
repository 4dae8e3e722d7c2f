"""Nothing is cut on the patient's page and on its sheet: any name and any note appears whole (cases 84 and 112)."""

from datetime import timedelta
from html import unescape
from itertools import count

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.db import Database
from server.flags.models import Flag
from server.flags.rules import FlagOutcome
from server.people import calls
from server.people import flow as people
from server.people.models import Clinic, Patient
from server.people.rules import CallOutcome
from server.typed.direction import isolated
from server.typed.text import is_blank, one_line
from tests.appointments.scene import book, only_visit
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.desk.scene import SQLITE
from tests.flags.scene import answers, only_flag
from tests.stories import device_of

LETTERS = st.characters(categories=("L", "M", "N", "P", "S"))
MINUTES = count()
TEXTS = st.text(LETTERS | st.just(" "), min_size=1, max_size=400).filter(lambda typed: not is_blank(typed))
ANY = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def shows(page: str, text: str) -> bool:
    """Whether the page shows it, isolated from the text around it where its direction needs that."""
    found = unescape(page)
    return text in found or str(isolated(text)) in found


@SQLITE
@ANY
@example(name="Maximiliana-Josefina " * 12, note="She coughs at night. " * 90)
@example(name="שרה לוי " * 20, note="e\u0301" * 300)
@example(name="👩🏽‍🦽 " * 40, note="<b>&amp; " * 100)
@given(name=TEXTS.map(one_line), note=TEXTS.map(one_line))
async def test_case_84_any_name_and_note_is_whole_on_the_patients_page_and_its_sheet(
    signed_in: Enter, cast: Cast, database: Database, name: str, note: str
) -> None:
    name, note, now = name.strip(), note.strip(), NOW + timedelta(days=30, minutes=next(MINUTES))
    await answers(database, cast.rosa, {}, 0)
    await answers(database, cast.rosa, {"speech": "hard"}, 1)
    async with database.writing() as db:
        rosa, harbor = await db.get_one(Patient, cast.rosa.id), await db.get_one(Clinic, cast.harbor.id)
        rosa.name = name
        harbor.name = name[:200]
        await people.add_caregiver(work_by(db, cast.maria), rosa, name, name[:40])
        (await device_of(db, cast.luis)).name = name[:60]
        await calls.log_call(work_by(db, cast.ken, now), rosa, CallOutcome.REACHED, note)
        flag = (await db.scalars(select(Flag).order_by(Flag.raised_at.desc()))).first()
        assert flag is not None
        flag.closed_at, flag.closed_by, flag.outcome, flag.note = (
            now,
            cast.ken.id,
            FlagOutcome.CALLED,
            note,
        )
    maria = await signed_in(cast.maria)
    for path in ("", "/print"):
        page = (await maria.get(f"/staff/patients/{cast.rosa.id}{path}")).text
        assert shows(page, name), path
        assert unescape(page).count(note) >= 2, path


@SQLITE
async def test_case_84_the_sheet_says_how_much_more_there_is(signed_in: Enter, cast: Cast, database: Database) -> None:
    async with database.writing() as db:
        for number in range(9):
            await people.add_caregiver(work_by(db, cast.maria), cast.rosa, f"Helper {number}", "")
            await calls.log_call(
                work_by(db, cast.ken, NOW + timedelta(minutes=number)), cast.rosa, CallOutcome.REACHED, f"Call {number}"
            )
    sheet = words(await (await signed_in(cast.maria)).get(f"/staff/patients/{cast.rosa.id}/print"))
    assert "and 4 more, see the patient's page" in sheet  # caregivers: Luis and nine
    assert "Call 5" in sheet
    assert "and 5 more, see the patient's page" in sheet  # calls


@SQLITE
async def test_case_112_each_page_about_one_patient_names_the_patient_on_paper(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    await book(maria, cast)
    await answers(database, cast.rosa, {}, 0)
    await answers(database, cast.rosa, {"speech": "hard"}, 1)
    flag, visit = await only_flag(database), await only_visit(database)
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).record_number = "77"
        device = await device_of(db, cast.luis)
    patient = f"/staff/patients/{cast.rosa.id}"
    for path in (
        patient,
        f"{patient}/print",
        f"{patient}/edit",
        f"{patient}/care?why=death",
        f"/staff/flags/{flag.id}",
        f"/staff/visits/{visit.id}",
        f"/staff/responses/{flag.response_id}",
        f"/staff/devices/{device.id}/end",
    ):
        head = (await maria.get(path)).text.partition('<p class="print-head')[2].partition("</p>")[0]
        for part in ("Rosa Delgado", "record 77", "Harbor Infusion Center", "2026"):
            assert part in head, (path, part)
