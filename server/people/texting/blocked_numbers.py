"""The worklist of numbers that texts would go to and that get none (case 128)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.people.models import Patient, Staff
from server.people.rules import ContactBy
from server.people.texting import numbers
from server.people.texting.models import TextNumber
from server.people.texting.rules import NumberState


@dataclass(frozen=True)
class BlockedNumber:
    """`name`: whose number it is. `field`: which number. `mend`: the page that changes it."""

    name: str
    field: str
    typed: str
    state: NumberState
    changed_at: datetime
    mend: str


async def worklist(db: AsyncSession, actor: Actor) -> list[BlockedNumber]:
    """Staff on call first, then patients who agreed to texts; each by name."""
    return await _staff(db, actor) + await _patients(db, actor)


async def _staff(db: AsyncSession, actor: Actor) -> list[BlockedNumber]:
    members = list(
        await db.scalars(
            select(Staff)
            .join(TextNumber, TextNumber.number_hash == Staff.phone_tel_hash)
            .where(
                Staff.clinic_id == actor.clinic_id,
                Staff.ended_at.is_(None),
                Staff.on_call.is_not(None),
                TextNumber.state != NumberState.OPEN,
            )
        )
    )
    found = await numbers.blocked(db, {member.phone_tel_hash for member in members if member.phone_tel_hash})
    rows = [
        _row(member.name, "phone", member.phone, found[member.phone_tel_hash or ""], "/staff/clinic/on-call")
        for member in members
    ]
    return sorted(rows, key=lambda row: row.name.casefold())


async def _patients(db: AsyncSession, actor: Actor) -> list[BlockedNumber]:
    hashes = (Patient.phone_tel_hash, Patient.caregiver_phone_tel_hash)
    query = (
        select(Patient)
        .join(TextNumber, TextNumber.number_hash.in_(hashes))
        .where(
            Patient.clinic_id == actor.clinic_id,
            Patient.text_consent_at.is_not(None),
            TextNumber.state != NumberState.OPEN,
        )
        .distinct()
    )
    patients = list(await db.scalars(query))
    found = await numbers.blocked_of(db, patients)
    rows = []
    for patient in patients:
        if patient.id in found:
            field = "caregiver_phone" if patient.contact == ContactBy.CAREGIVER else "phone"
            mend = f"/staff/patients/{patient.id}/edit#{field}"
            rows.append(_row(patient.name, field, getattr(patient, field), found[patient.id], mend))
    return sorted(rows, key=lambda row: row.name.casefold())


def _row(name: str, field: str, typed: str | None, number: TextNumber, mend: str) -> BlockedNumber:
    return BlockedNumber(name, field, typed or "", number.state, number.changed_at, mend)
