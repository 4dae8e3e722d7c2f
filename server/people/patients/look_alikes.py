"""Other patients who may be the person whom staff are typing in."""

from server.db import Work
from server.people import flow
from server.people.flow import NewPatient
from server.people.models import Patient
from server.people.patients.identity import Identity, is_alike


def is_renamed(patient: Patient, new: NewPatient) -> bool:
    """Whether the change may make this patient look like another one."""
    facts = ("name", "birth_date", "record_number", "phone", "caregiver_phone")
    return any(getattr(patient, fact) != getattr(new, fact) for fact in facts)


async def find(work: Work, new: NewPatient, patient_id: str = "") -> list[Patient]:
    """The other patients of the clinic who may be this person."""
    numbers = tuple(filter(None, (new.phone, new.caregiver_phone)))
    typed = Identity(new.name, new.birth_date, new.record_number, numbers)
    others = [patient for patient in await flow.roster(work.db, work.actor) if patient.id != patient_id]
    return [other for other in others if is_alike(typed, identity_of(other))]


def described(alike: list[Patient]) -> str:
    """The patients whom the question names, as text that tells one question from another."""
    return " ".join(sorted(other.id for other in alike))


def identity_of(patient: Patient) -> Identity:
    numbers = (patient.phone, patient.phone_tel, patient.caregiver_phone, patient.caregiver_phone_tel)
    return Identity(patient.name, patient.birth_date, patient.record_number, tuple(filter(None, numbers)))
