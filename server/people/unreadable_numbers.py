"""The worklist of stored phone numbers that could not be parsed: nobody can dial or text them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.people.clinics import CLINIC_LINES
from server.people.flow import OWN_NUMBERS
from server.people.models import Clinic, Patient, Staff


@dataclass(frozen=True)
class Unreadable:
    """`name`: whose number it is. `field`: which number. `mend`: the page that corrects it."""

    name: str
    field: str
    typed: str
    mend: str


async def worklist(db: AsyncSession, actor: Actor) -> list[Unreadable]:
    """Unparsed numbers: the clinic's lines first, which every urgent screen shows, then staff, then patients."""
    clinic = await db.get_one(Clinic, actor.clinic_id)
    rows = [
        Unreadable(clinic.name, field, getattr(clinic, field), "/staff/clinic")
        for field in CLINIC_LINES
        if getattr(clinic, f"{field}_tel") is None
    ]
    return rows + await _staff(db, actor) + await _patients(db, actor)


async def _staff(db: AsyncSession, actor: Actor) -> list[Unreadable]:
    members = select(Staff).where(
        Staff.clinic_id == actor.clinic_id,
        Staff.ended_at.is_(None),
        Staff.phone_sealed.is_not(None),
        Staff.phone_tel_sealed.is_(None),
    )
    found = await db.scalars(members)
    rows = [Unreadable(member.name, "phone", member.phone or "", "/staff/clinic/on-call") for member in found]
    return sorted(rows, key=lambda row: row.name.casefold())


async def _patients(db: AsyncSession, actor: Actor) -> list[Unreadable]:
    unread = [
        getattr(Patient, f"{field}_sealed").is_not(None) & getattr(Patient, f"{field}_tel_sealed").is_(None)
        for field in OWN_NUMBERS
    ]
    found = await db.scalars(select(Patient).where(Patient.clinic_id == actor.clinic_id, unread[0] | unread[1]))
    rows = [
        Unreadable(patient.name, field, getattr(patient, field), f"/staff/patients/{patient.id}/edit#{field}")
        for patient in found
        for field in OWN_NUMBERS
        if getattr(patient, field) is not None and getattr(patient, f"{field}_tel") is None
    ]
    return sorted(rows, key=lambda row: row.name.casefold())
