"""Invite a person from the command line: a sign-in link for a staff member, a pairing code for a patient."""

from datetime import datetime

from sqlalchemy import select

from server import crypto
from server.access.joining import flow as joining
from server.access.staff import accounts as staff_accounts
from server.actor import system
from server.db import Database, Work
from server.people.models import Clinic, Patient, Staff
from server.typed import email_address


async def staff_link_tokens(database: Database, email: str, now: datetime) -> dict[str, str]:
    """The name of each clinic where somebody with that email works → the token of a one-time sign-in link."""
    async with database.writing() as db:
        email_hash = crypto.keyed_hash(email_address.compared(email), "email")
        found = await db.execute(
            select(Staff, Clinic.name)
            .join(Clinic, Clinic.id == Staff.clinic_id)
            .where(Staff.email_hash == email_hash, Staff.ended_at.is_(None))
            .order_by(Clinic.name)
        )
        return {
            clinic: await staff_accounts.make_link(Work(db, system(staff.clinic_id, "cli"), now), staff)
            for staff, clinic in found.all()
        }


async def pairing_code(database: Database, patient_id: str, now: datetime) -> str | None:
    """A pairing code for this patient's device; None if there is no such patient, or the patient has died."""
    async with database.writing() as db:
        patient = await db.get(Patient, patient_id)
        if patient is None or not await joining.may_pair(db, patient):
            return None
        return await joining.issue_pairing(Work(db, system(patient.clinic_id, "cli"), now), patient, None)
