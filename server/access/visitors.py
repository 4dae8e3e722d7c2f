"""Who asks: the session cookies of a request, resolved to a patient, a caregiver or a staff member."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.access.cookies import session_token
from server.access.models import Device, DeviceSession
from server.actor import Actor, ActorKind, Visitor
from server.people import rules
from server.people.models import Caregiver, Clinic, Patient, Staff


class WhoAsks(AbstractAuthenticationMiddleware):
    """Resolves the session cookies of a request to a Visitor; an invalid or ended session counts as signed out."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        person, staff = session_token(connection), session_token(connection, of_staff=True)
        if not person and not staff:
            return AuthenticationResult(user=Visitor(), auth=None)
        now = connection.app.state.clock()
        async with connection.app.state.database.reading() as db:
            actor = await _actor_by(db, person, now, of_staff=False) if person else None
            visitor = Visitor(
                person=actor,
                staff=await _actor_by(db, staff, now, of_staff=True) if staff else None,
                left=await _left_by(db, person) if person and not actor else None,
            )
        return AuthenticationResult(user=visitor, auth=None)


async def _actor_by(db: AsyncSession, token: str, now: Any, of_staff: bool) -> Actor | None:
    row = (
        await db.execute(
            select(DeviceSession, Device)
            .join(Device, Device.id == DeviceSession.device_id)
            .where(
                DeviceSession.token_hash == crypto.token_hash(token),
                DeviceSession.ended_at.is_(None),
                DeviceSession.expires_at > now,
                Device.ended_at.is_(None),
            )
        )
    ).first()
    if row is None:
        return None
    session, device = row
    if of_staff:
        return await _staff_actor(db, session, device)
    return await _person_actor(db, session, device)


async def _left_by(db: AsyncSession, token: str) -> Actor | None:
    """The actor of an ended session, if the patient withdrew consent; otherwise None."""
    device = await db.scalar(
        select(Device)
        .join(DeviceSession, DeviceSession.device_id == Device.id)
        .where(DeviceSession.token_hash == crypto.token_hash(token), Device.staff_id.is_(None))
    )
    caregiver = await db.get(Caregiver, device.caregiver_id) if device and device.caregiver_id else None
    patient_id = caregiver.patient_id if caregiver else device.patient_id if device else None
    patient = await db.get(Patient, patient_id) if patient_id else None
    if patient is None or patient.pause_reason != rules.CONSENT_WITHDRAWN:
        return None
    if caregiver is not None:
        return Actor(ActorKind.CAREGIVER, caregiver.id, patient.clinic_id, patient_id=patient.id)
    return Actor(ActorKind.PATIENT, patient.id, patient.clinic_id, patient_id=patient.id)


async def _staff_actor(db: AsyncSession, session: DeviceSession, device: Device) -> Actor | None:
    staff = await db.get(Staff, device.staff_id) if device.staff_id else None
    if staff is None or staff.ended_at is not None:
        return None
    clinic = await db.get_one(Clinic, staff.clinic_id)
    return Actor(
        ActorKind.STAFF,
        staff.id,
        staff.clinic_id,
        name=staff.name,
        role=staff.role,
        device_id=device.id,
        session_id=session.id,
        zone=clinic.zone,
        clinic_name=clinic.name,
    )


async def _person_actor(db: AsyncSession, session: DeviceSession, device: Device) -> Actor | None:
    caregiver = await db.get(Caregiver, device.caregiver_id) if device.caregiver_id else None
    if caregiver is not None and caregiver.ended_at is not None:
        return None
    patient_id = caregiver.patient_id if caregiver else device.patient_id
    patient = await db.get(Patient, patient_id) if patient_id else None
    if patient is None:
        return None
    return Actor(
        ActorKind.CAREGIVER if caregiver else ActorKind.PATIENT,
        caregiver.id if caregiver else patient.id,
        patient.clinic_id,
        name=caregiver.name if caregiver else patient.name,
        patient_id=patient.id,
        device_id=device.id,
        session_id=session.id,
        locale=patient.locale,
        zone=patient.zone,
    )
