"""Which numbers get no texts, and whose they are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.db import upsert
from server.db.id_lists import is_among
from server.people.models import Patient, Staff
from server.people.rules import ContactBy
from server.people.texting.models import TextNumber
from server.people.texting.rules import NumberEvent, NumberState, ReplyFrom, later

PURPOSE = Patient.phone_tel.looked_up_as


@dataclass(frozen=True)
class Owners:
    """The people whose number it is, in any clinic."""

    patients: list[Patient]
    staff: list[Staff]

    def author_of(self, person: Patient | Staff, number: str) -> ReplyFrom | None:
        """The person who writes from this number; None if other people have that number too.

        A number that belongs to a helper alone is the helper's, even if they help several patients.
        """
        if isinstance(person, Staff):
            return ReplyFrom.STAFF if self.everybody == [person] else None
        if person.phone_tel_hash != number:
            return ReplyFrom.CAREGIVER
        is_shared = len(self.everybody) > 1 or person.caregiver_phone_tel_hash == number
        return None if is_shared else ReplyFrom.PATIENT

    @property
    def everybody(self) -> list[Patient | Staff]:
        return [*self.patients, *self.staff]


def number_hash(tel: str) -> str:
    """The hash by which a dialled number is looked up."""
    return crypto.keyed_hash(tel, PURPOSE)


def number_for_texts(patient: Patient) -> str | None:
    """The number that texts to this patient go to: the caregiver's, if the patient wants the caregiver contacted."""
    return patient.caregiver_phone_tel if patient.contact == ContactBy.CAREGIVER else patient.phone_tel


def hash_for_texts(patient: Patient) -> str | None:
    return patient.caregiver_phone_tel_hash if patient.contact == ContactBy.CAREGIVER else patient.phone_tel_hash


async def blocked(db: AsyncSession, hashes: Collection[str]) -> dict[str, TextNumber]:
    """Hash → number, for those of these hashes whose number gets no texts."""
    if not hashes:
        return {}
    query = select(TextNumber).where(is_among(TextNumber.number_hash, hashes), TextNumber.state != NumberState.OPEN)
    found = await db.scalars(query.execution_options(populate_existing=True))
    return {number.number_hash: number for number in found}


async def blocked_of(db: AsyncSession, patients: Iterable[Patient]) -> dict[str, TextNumber]:
    """Patient id → the blocked number, for those of these patients whose texts are blocked."""
    hashes = {patient.id: hash_for_texts(patient) for patient in patients}
    found = await blocked(db, {number for number in hashes.values() if number})
    return {patient_id: found[number] for patient_id, number in hashes.items() if number in found}


async def owners_of(db: AsyncSession, number: str) -> Owners:
    """Everybody whose number has this hash, caregivers' numbers included; staff who have left are not."""
    patients = await db.scalars(
        select(Patient)
        .where(or_(Patient.phone_tel_hash == number, Patient.caregiver_phone_tel_hash == number))
        .order_by(Patient.id)
    )
    staff = await db.scalars(
        select(Staff).where(Staff.phone_tel_hash == number, Staff.ended_at.is_(None)).order_by(Staff.id)
    )
    return Owners(list(patients), list(staff))


async def settle(db: AsyncSession, number: str, event: NumberEvent) -> bool:
    """Store the event if it is the last one of this number by the provider's clock. Returns whether it is."""
    row = {"number_hash": number, "state": event.state, "changed_at": event.at}
    made = await db.scalar(upsert(db, TextNumber, row, ["number_hash"], None).returning(TextNumber.id))
    if made is not None:
        return True
    query = select(TextNumber).where(TextNumber.number_hash == number).with_for_update()
    stored = (await db.scalars(query, execution_options={"populate_existing": True})).one()
    before = NumberEvent(stored.state, stored.changed_at)
    if later(before, event) == before:
        return False
    stored.state, stored.changed_at = event.state, event.at
    return True
