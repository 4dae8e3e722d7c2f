"""Patients whose messages reach one mailbox, number or phone, such as a couple's (case 102)."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.db.id_lists import is_among
from server.people.models import Patient
from server.people.rules import ContactBy, Label, label_among
from server.people.texting.numbers import hash_for_texts


async def by_address(db: AsyncSession, patients: Iterable[Patient]) -> dict[str, list[Patient]]:
    """The hash of each of these patients' mailboxes and numbers → all patients whom messages there are for."""
    wanted = {hashed for patient in patients for hashed in _addresses(patient)}
    if not wanted:
        return {}
    columns = (Patient.email_hash, Patient.phone_tel_hash, Patient.caregiver_phone_tel_hash)
    found: dict[str, list[Patient]] = defaultdict(list)
    for patient in await db.scalars(select(Patient).where(or_(*(is_among(column, wanted) for column in columns)))):
        for hashed in _addresses(patient) & wanted:
            found[hashed].append(patient)
    return dict(found)


def _addresses(patient: Patient) -> set[str]:
    return {hashed for hashed in (patient.email_hash, hash_for_texts(patient)) if hashed}


async def reads_alone(db: AsyncSession, patient: Patient) -> bool:
    """Whether the patient's mailbox is, as far as we know, read by nobody but the patient."""
    if patient.contact == ContactBy.CAREGIVER or not patient.email_hash:
        return False
    others = select(Patient.id).where(Patient.email_hash == patient.email_hash, Patient.id != patient.id)
    return await db.scalar(others.limit(1)) is None


def label(patient: Patient, there: Collection[Patient]) -> Label:
    """The name of this patient in a message to an address; `there` are all whose messages go to it."""
    others = [(other.name, other.name_in_messages) for other in there if other.id != patient.id]
    return label_among(patient.name, patient.name_in_messages, others)
