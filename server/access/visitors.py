"""Resolve the session cookies of a request to a patient, a caregiver or a staff member."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import Scope
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.access import rules as access_rules
from server.access import sessions
from server.access.cookies import others_cookie, session_cookie, session_token, tokens_of
from server.access.models import Device, DeviceSession
from server.actor import Actor, ActorKind, Visitor
from server.db import Database, Work, works_of
from server.people import rules
from server.people.models import Caregiver, Clinic, Patient, Staff

PROLONGED = "session-prolonged"  # a key in a request's state


class VisitorMiddleware(AbstractAuthenticationMiddleware):
    """Resolves the session cookies of a request to a Visitor; an invalid or ended session counts as signed out."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        tokens, of_staff = tokens_of(connection), session_token(connection, of_staff=True)
        if not tokens.every and not of_staff:
            return AuthenticationResult(user=Visitor(), auth=None)
        now, token = connection.app.state.clock(), tokens.active
        async with connection.app.state.database.reading() as db:
            person = await _actor_by(db, token, now, of_staff=False) if token else None
            actors = {each: await _actor_by(db, each, now, of_staff=False) for each in tokens.others}
            others_left = [await _left_by(db, each) for each, actor in actors.items() if actor is None]
            visitor = Visitor(
                person=person,
                staff=await _actor_by(db, of_staff, now, of_staff=True) if of_staff else None,
                left=await _left_by(db, token) if token and not person else None,
                others=tuple(filter(None, actors.values())),
                others_left=tuple(filter(None, others_left)),
            )
            aging = [each for each in visitor.people if await _ages(db, each, now)]
        if aging and "text/html" in connection.headers.get("accept", ""):
            await _prolong(connection, aging, now)
        return AuthenticationResult(user=visitor, auth=None)


async def _prolong(connection: ASGIConnection[Any, Any, Any, Any], people: list[Actor], now: datetime) -> None:
    """Opening a page prolongs every session of the browser, and the cookies, whichever session is active.

    If the database is busy, the next page prolongs them.
    """
    database: Database = connection.app.state.database
    with suppress(OperationalError):
        async with database.writing() as db:
            for work in works_of(Work(db, people[0], now), people):
                await sessions.prolong(work)
        connection.scope["state"][PROLONGED] = True


def prolonged_cookies(scope: Scope) -> list[Cookie]:
    """The session cookies with a new expiry, for the response to a request that prolonged the session."""
    if not scope.get("state", {}).get(PROLONGED):
        return []
    connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
    tokens = tokens_of(connection)
    active = [session_cookie(connection, tokens.active)] if tokens.active else []
    return [*active, *([others_cookie(connection, tokens)] if tokens.others else [])]


async def _ages(db: AsyncSession, person: Actor, now: datetime) -> bool:
    session = await db.get_one(DeviceSession, person.session_id)  # already in memory
    return access_rules.is_to_be_prolonged(session.expires_at, now)


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
    if device is None or patient is None or not _has_left(device, patient):
        return None
    if caregiver is not None:
        return Actor(ActorKind.CAREGIVER, caregiver.id, patient.clinic_id, patient_id=patient.id)
    return Actor(ActorKind.PATIENT, patient.id, patient.clinic_id, patient_id=patient.id)


def _has_left(device: Device, patient: Patient) -> bool:
    """Whether consent was withdrawn; after a death or in hospice care, only the device still records that."""
    if patient.has_care_ended:
        return device.end_reason == access_rules.SessionEnd.LEFT
    return patient.pause_reason == rules.CONSENT_WITHDRAWN


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
        patient_name=patient.name if caregiver else "",
    )
