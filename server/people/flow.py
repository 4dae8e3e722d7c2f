"""Register and change patients and caregivers, and find them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.db import Work
from server.people import staff
from server.people.models import Caregiver, Clinic, Patient, Staff
from server.people.rules import ContactBy, NameInMessages
from server.phone_numbers import reading as numbers
from server.phone_numbers.reading import Dialable


@dataclass(frozen=True)
class NewPatient:
    """`phone` and `caregiver_phone` are as typed; they are parsed for the clinic's country when they are stored."""

    name: str
    zone: str
    phone: str | None = None
    email: str | None = None
    caregiver_phone: str | None = None
    contact: ContactBy = ContactBy.NOT_CHOSEN
    instructions: str | None = None
    locale: str = "en"
    birth_date: str | None = None  # ISO 8601
    record_number: str | None = None


OWN_NUMBERS = ("phone", "caregiver_phone")
DETAILS = ("name", "zone", "email", "contact", "instructions", "locale", "birth_date", "record_number")


def set_number(row: Clinic | Patient | Staff, field: str, number: Dialable | None) -> None:
    """Store a number as typed together with the string that a device dials for it."""
    setattr(row, field, number.typed if number else None)
    setattr(row, f"{field}_tel", number.tel if number else None)


async def register_patient(work: Work, new: NewPatient) -> Patient:
    """Add a patient. Raises BadNumbers."""
    typed = {field: getattr(new, field) for field in OWN_NUMBERS}
    numbers = _own_numbers(typed, (await clinic_of(work.db, work.actor)).country)
    patient = Patient(
        clinic_id=work.actor.clinic_id,
        name=new.name,
        zone=new.zone,
        email=new.email,
        contact=new.contact,
        instructions=new.instructions,
        locale=new.locale,
        birth_date=new.birth_date,
        record_number=new.record_number,
    )
    for field, number in numbers.items():
        set_number(patient, field, number)
    work.db.add(patient)
    await work.db.flush()
    audit.record(work, "patient.registered", patient)
    return patient


async def change_patient(work: Work, patient: Patient, new: NewPatient) -> None:
    """Change the patient's details. Raises BadNumbers before it changes anything.

    An unchanged number is kept even if it cannot be parsed.
    """
    typed = {field: getattr(new, field) for field in OWN_NUMBERS if getattr(new, field) != getattr(patient, field)}
    numbers = _own_numbers(typed, (await clinic_of(work.db, work.actor)).country)
    if new.email != patient.email:
        patient.email_stopped_at = None  # the stop was for the earlier address
    fields = (*DETAILS, *OWN_NUMBERS)
    before = {field: getattr(patient, field) for field in fields}
    for field in DETAILS:
        setattr(patient, field, getattr(new, field))
    for field, number in numbers.items():
        set_number(patient, field, number)
    after = {field: getattr(patient, field) for field in fields}
    audit.record(work, "patient.changed", patient, **staff.fields_changed(before, after))


def _own_numbers(typed: dict[str, str | None], country: str) -> dict[str, Dialable | None]:
    return numbers.read_all(typed, country, numbers.read_own)


async def set_detailed_text(work: Work, patient: Patient, detailed: bool) -> None:
    """Set whether notifications may name the visit. The default is no."""
    patient.detailed_text = detailed
    audit.record(work, "patient.detailed-text", patient, detailed=detailed)


async def set_name_in_messages(work: Work, patient: Patient, chosen: NameInMessages) -> None:
    """Set which name texts and emails show."""
    patient.name_in_messages = chosen
    audit.record(work, "patient.name-in-messages", patient, chosen=chosen)


async def set_contact(work: Work, patient: Patient, contact: ContactBy) -> None:
    """Set how the clinic contacts the patient."""
    patient.contact = contact
    audit.record(work, "patient.contact", patient, contact=contact, fields="contact")


async def set_language(work: Work, patient: Patient, locale: str) -> None:
    """Set the language of the patient's pages and messages."""
    patient.locale = locale
    audit.record(work, "patient.language", patient, locale=locale, fields="locale")


async def lock(db: AsyncSession, patient: Patient) -> None:
    """Lock the row and reload it: concurrent acts on this patient wait here."""
    await db.flush()
    await db.refresh(patient, with_for_update={"key_share": True})


async def opened(work: Work, patient: Patient) -> None:
    """Record that a staff member opened this patient's page."""
    audit.record(work, "patient.opened", patient)


async def set_quiet(work: Work, patient: Patient, start: str | None, end: str | None) -> None:
    """Set quiet hours as wall times ("22:00", "08:00") in the patient's zone; None for no quiet hours."""
    patient.quiet_from, patient.quiet_until = start, end
    audit.record(work, "patient.quiet-hours", patient)


async def set_text_consent(work: Work, patient: Patient, agreed: bool) -> None:
    """Record or withdraw consent to text messages, which is separate from all other consent."""
    patient.text_consent_at = work.now if agreed else None
    audit.record(work, "patient.text-consent", patient, agreed=agreed)


async def stop_emails(work: Work, patient: Patient, stopped: bool) -> None:
    """Stop emails to the patient, or start them again."""
    patient.email_stopped_at = work.now if stopped else None
    audit.record(work, "patient.emails", patient, stopped=stopped)


async def add_caregiver(work: Work, patient: Patient, name: str, relation: str) -> Caregiver:
    caregiver = Caregiver(clinic_id=work.actor.clinic_id, patient_id=patient.id, name=name, relation=relation)
    work.db.add(caregiver)
    await work.db.flush()
    audit.record(work, "caregiver.added", caregiver)
    return caregiver


async def clinic_of(db: AsyncSession, actor: Actor) -> Clinic:
    return await db.get_one(Clinic, actor.clinic_id)


async def find_patient(db: AsyncSession, actor: Actor, patient_id: str) -> Patient | None:
    return await db.scalar(select(Patient).where(Patient.id == patient_id, Patient.clinic_id == actor.clinic_id))


async def roster(db: AsyncSession, actor: Actor) -> list[Patient]:
    """Every patient of the clinic, by name. Names are encrypted, so Python sorts them."""
    found = await db.scalars(select(Patient).where(Patient.clinic_id == actor.clinic_id))
    return sorted(found, key=lambda patient: patient.name.casefold())


async def caregivers_of(db: AsyncSession, patient_id: str, with_ended: bool = False) -> list[Caregiver]:
    found = select(Caregiver).where(Caregiver.patient_id == patient_id)
    return list(await db.scalars(found if with_ended else found.where(Caregiver.ended_at.is_(None))))


async def find_caregiver(db: AsyncSession, caregiver_id: str) -> Caregiver | None:
    return await db.get(Caregiver, caregiver_id)
