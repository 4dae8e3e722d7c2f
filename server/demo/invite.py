"""The invitation that `make run` prints: a one-time sign-in link for staff, a pairing code for a patient's phone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.access.joining import flow as joining
from server.access.staff import accounts as staff_accounts
from server.actor import system
from server.db import Database, Work
from server.demo.cast import CLINICS
from server.people.models import Patient, Staff
from server.settings import Settings


@dataclass(frozen=True)
class Invitation:
    staff_name: str
    link: str
    patient_name: str
    code: str


async def invite(database: Database, settings: Settings, now: datetime) -> Invitation | None:
    """Create the link and the code; None if this is not demo data."""
    admin = CLINICS[0].staff[2]
    async with database.writing() as db:
        staff = await db.scalar(select(Staff).where(Staff.email_hash == crypto.keyed_hash(admin.email, "email")))
        if staff is None:
            return None
        actor = system(staff.clinic_id, "demo")
        token = await staff_accounts.make_link(Work(db, actor, now), staff)
        patient = await _first_patient(db, staff.clinic_id)
        code = await joining.issue_pairing(Work(db, actor, now), patient, None)
    return Invitation(staff.name, f"{settings.base_url}/staff/link#{token}", patient.name, code)


async def _first_patient(db: AsyncSession, clinic_id: str) -> Patient:
    found = await db.scalars(select(Patient).where(Patient.clinic_id == clinic_id))
    wanted = CLINICS[0].patients[0].name
    return next(patient for patient in found if patient.name == wanted)
