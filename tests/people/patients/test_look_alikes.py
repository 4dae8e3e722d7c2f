"""Patients who may be one person are found in the clinic alone (case 114)."""

from dataclasses import replace

from server.db import Database
from server.people.flow import NewPatient
from server.people.models import Patient
from server.people.patients import look_alikes
from tests.cast import Cast, work_by

ROSA = NewPatient("Delgado, Rosa", "America/New_York")


async def test_case_114_a_look_alike_is_found_in_the_own_clinic_alone(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        assert [one.id for one in await look_alikes.find(work_by(db, cast.maria), ROSA)] == [cast.rosa.id]
        assert await look_alikes.find(work_by(db, cast.tom), ROSA) == []


async def test_case_114_a_patient_is_not_compared_with_the_own_row(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        assert await look_alikes.find(work_by(db, cast.maria), ROSA, cast.rosa.id) == []


def test_case_114_a_new_name_birth_date_number_or_record_number_makes_a_patient_look_like_another() -> None:
    patient = Patient(name="Rosa Delgado", birth_date=None, record_number=None)
    same = replace(ROSA, name="Rosa Delgado")
    assert not look_alikes.is_renamed(patient, replace(same, zone="America/Chicago"))
    assert look_alikes.is_renamed(patient, replace(same, name="Rosa Diaz"))
    assert look_alikes.is_renamed(patient, replace(same, birth_date="1961-03-14"))
    assert look_alikes.is_renamed(patient, replace(same, record_number="77"))
    assert look_alikes.is_renamed(patient, replace(same, phone="(212) 555-0101"))


async def test_case_114_the_same_number_and_part_of_the_name_are_found(database: Database, cast: Cast) -> None:
    typed = NewPatient("R. Delgado", "America/New_York", phone="212.555.0101")
    async with database.reading() as db:
        assert [one.id for one in await look_alikes.find(work_by(db, cast.maria), typed)] == [cast.rosa.id]
