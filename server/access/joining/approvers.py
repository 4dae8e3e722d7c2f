"""Decide whose new devices a patient or caregiver may approve."""

from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.access import sessions
from server.access.models import PairingCode
from server.actor import Actor, ActorKind
from server.db import Work
from server.people import flow
from server.people.models import Caregiver, Patient


async def approvable(db: AsyncSession, actor: Actor) -> list[Patient | Caregiver]:
    """The people whose new devices this actor may approve.

    A patient: the patient and the caregivers. A caregiver: themselves, and the patient if the patient allowed that.
    """
    patient = await db.get_one(Patient, actor.patient_id)
    caregivers = await flow.caregivers_of(db, patient.id)
    if actor.kind == ActorKind.PATIENT:
        return [patient, *caregivers]
    own = [caregiver for caregiver in caregivers if caregiver.id == actor.id]
    return [*own, *([patient] if any(caregiver.may_approve for caregiver in own) else [])]


async def pair_of(db: AsyncSession, person: Patient | Caregiver) -> tuple[Patient, Caregiver | None]:
    """The patient that the device is for, and the caregiver if it is a caregiver's."""
    if isinstance(person, Patient):
        return person, None
    return await db.get_one(Patient, person.patient_id), person


async def allow(work: Work, caregiver: Caregiver, allowed: bool) -> None:
    """Set whether a caregiver may approve a patient's new devices, which show the patient's answers, including mood."""
    caregiver.may_approve = allowed
    audit.record(work, "caregiver.may-approve", caregiver, allowed=allowed)
    if not allowed:
        for_patient = (PairingCode.made_by == caregiver.id) & PairingCode.caregiver_id.is_(None)
        await sessions.end_codes(work, for_patient)
