"""Whether a patient or a caregiver knows of an appointment from the app."""

from sqlalchemy import func, or_, select

from server.access.models import Device
from server.appointments.models import Appointment
from server.audit import AuditEvent, AuditVerb
from server.db import Work
from server.people.models import Caregiver

TIMES: tuple[AuditVerb, ...] = ("appointment.booked", "appointment.moved")


async def was_seen(work: Work, appointment: Appointment) -> bool:
    """Whether the patient or a caregiver has replied, or has opened the app since it was booked or last moved."""
    return appointment.replied_at is not None or await _was_opened_since(work, appointment, *TIMES)


async def cancellation_was_seen(work: Work, appointment: Appointment) -> bool:
    """Whether the patient or a caregiver has opened the app since the appointment was cancelled."""
    return await _was_opened_since(work, appointment, "appointment.cancelled")


async def _was_opened_since(work: Work, appointment: Appointment, *verbs: AuditVerb) -> bool:
    changed_at = await work.db.scalar(
        select(func.max(AuditEvent.at)).where(AuditEvent.subject_id == appointment.id, AuditEvent.verb.in_(verbs))
    )
    theirs = or_(
        Device.patient_id == appointment.patient_id,
        Device.caregiver_id.in_(select(Caregiver.id).where(Caregiver.patient_id == appointment.patient_id)),
    )
    opened = select(Device.id).where(theirs, Device.ended_at.is_(None), Device.seen_at > changed_at)
    return changed_at is not None and await work.db.scalar(opened.limit(1)) is not None
