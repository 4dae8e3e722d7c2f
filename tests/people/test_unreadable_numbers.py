"""The list of numbers that cannot be dialled (case 78)."""

import pytest

from server.db import Database
from server.people import unreadable_numbers
from server.people.models import Clinic, Patient
from tests.browser_without_screen import words
from tests.cast import Cast, acting
from tests.conftest import Enter
from tests.people.scene import FORM


async def test_case_78_an_unreadable_number_stays_on_the_list_until_it_is_corrected(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        rosa.phone, rosa.phone_tel = "call Luis", None
    maria = await signed_in(cast.maria)
    page = await maria.get("/staff?show=unreached")
    assert "Numbers to check" in words(page)
    assert "call Luis" in words(page)
    patients = await maria.get(f"/staff/patients/{cast.rosa.id}")
    assert "call Luis check this number" in words(patients)
    assert 'href="tel:' not in patients.text
    kept = await maria.submit(f"/staff/patients/{cast.rosa.id}/edit", FORM | {"phone": "call Luis"})
    assert kept.status_code == 200  # another field was corrected
    assert "call Luis" in words(await maria.get("/staff?show=unreached"))
    await maria.submit(f"/staff/patients/{cast.rosa.id}/edit", FORM)
    assert "Numbers to check" not in words(await maria.get("/staff?show=unreached"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_78_numbers_of_another_clinic_are_not_listed(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        helen = await db.get_one(Patient, cast.helen.id)
        helen.phone, helen.phone_tel = "ask Dan", None
    maria = await signed_in(cast.maria)
    assert "ask Dan" not in words(await maria.get("/staff?show=unreached"))


async def test_the_clinics_lines_come_before_patients_each_with_the_page_that_corrects_it(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        rosa, harbor = await db.get_one(Patient, cast.rosa.id), await db.get_one(Clinic, cast.harbor.id)
        rosa.phone, rosa.phone_tel = "call Luis", None
        harbor.crisis_line, harbor.crisis_line_tel = "ask us", None
    async with database.reading() as db:
        found = await unreadable_numbers.worklist(db, acting(cast.maria))
    assert [(row.name, row.field, row.typed, row.mend) for row in found] == [
        ("Harbor Infusion Center", "crisis_line", "ask us", "/staff/clinic"),
        ("Rosa Delgado", "phone", "call Luis", f"/staff/patients/{cast.rosa.id}/edit#phone"),
    ]
