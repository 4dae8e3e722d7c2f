"""Let a person in from the command line: a sign-in link for a staff member, a pairing code for a patient."""

from datetime import datetime

from sqlalchemy import select

from server import crypto
from server.access.joining import flow as joining
from server.access.staff import accounts as staff_accounts
from server.actor import system
from server.db import Database, Work
from server.people import rules
from server.people.models import Patient, Staff


async def staff_link_token(database: Database, email: str, now: datetime) -> str | None:
    """The token of a one-time sign-in link; None if no staff member has that email."""
    async with database.writing() as db:
        email_hash = crypto.keyed_hash(rules.normal_email(email), "email")
        found = await db.scalar(select(Staff).where(Staff.email_hash == email_hash))
        if found is None:
            return None
        return await staff_accounts.make_link(Work(db, system(found.clinic_id, "cli"), now), found)


async def pairing_code(database: Database, patient_id: str, now: datetime) -> str | None:
    """A pairing code for this patient's device; None if there is no such patient."""
    async with database.writing() as db:
        patient = await db.get(Patient, patient_id)
        if patient is None:
            return None
        return await joining.issue_pairing(Work(db, system(patient.clinic_id, "cli"), now), patient, None)
