"""Patients: registered, changed, found (cases 61, 78)."""

from dataclasses import replace

import pytest

from server.db import Database
from server.people import flow
from server.people.flow import NewPatient
from server.people.models import Patient
from server.phone_numbers.parts import BadNumbers
from tests.cast import NOW, Cast, acting, work_by

ADA = NewPatient("Ada Quinn", "America/Chicago", "(212) 555-0197", caregiver_phone="(212) 555-0198")


async def test_case_78_a_number_is_stored_as_typed_and_as_dialled(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        ada = await flow.register_patient(work_by(db, cast.maria), ADA)
    assert (ada.phone, ada.phone_tel) == ("(212) 555-0197", "+12125550197")
    assert (ada.caregiver_phone, ada.caregiver_phone_tel) == ("(212) 555-0198", "+12125550198")
    assert b"0197" not in (ada.phone_sealed or b"")


async def test_case_78_a_bad_number_changes_nothing_and_an_old_one_may_stay(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        work, rosa = work_by(db, cast.maria), await db.get_one(Patient, cast.rosa.id)
        with pytest.raises(BadNumbers) as refused:
            await flow.change_patient(work, rosa, replace(ADA, phone="nobody", caregiver_phone="911"))
        assert set(refused.value.by_field) == {"phone", "caregiver_phone"}
        assert rosa.name == cast.rosa.name
        rosa.phone, rosa.phone_tel = "call Luis", None  # typed before numbers were read
        await flow.change_patient(work, rosa, replace(ADA, phone="call Luis"))
        assert (rosa.name, rosa.phone, rosa.phone_tel) == ("Ada Quinn", "call Luis", None)


async def test_case_61_a_clinic_finds_only_its_own_patients(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        for staff, patient, found in ((cast.maria, cast.rosa, True), (cast.tom, cast.rosa, False)):
            assert (await flow.find_patient(db, acting(staff), patient.id) is not None) == found
        assert [patient.name for patient in await flow.roster(db, acting(cast.maria))] == [
            "Rosa Delgado",
            "Walter Brandt",
        ]
        assert [patient.name for patient in await flow.roster(db, acting(cast.tom))] == ["Helen Marsh"]


async def test_a_caregiver_whose_access_ended_is_no_longer_listed(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        assert [one.id for one in await flow.caregivers_of(db, cast.rosa.id)] == [cast.luis.id]
        caregiver = await flow.find_caregiver(db, cast.luis.id)
        assert caregiver is not None
        caregiver.ended_at = NOW
        await db.flush()
        assert await flow.caregivers_of(db, cast.rosa.id) == []
