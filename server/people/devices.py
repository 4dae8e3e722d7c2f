"""The verbs about a person's devices: begin a session, list, sign out."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.actor import Actor
from server.people import flow as people
from server.people import rules
from server.people.models import (
    Caregiver,
    Device,
    DeviceSession,
    Passkey,
    Patient,
    Subscription,
)


async def begin_session(db: AsyncSession, device: Device, now: datetime) -> tuple[str, DeviceSession]:
    """A new session always has a new token: whatever the browser held before is worth nothing."""
    token = crypto.new_token()
    life = rules.STAFF_SESSION_LIFE if device.staff_id else rules.PERSON_SESSION_LIFE
    session = DeviceSession(
        clinic_id=device.clinic_id,
        device_id=device.id,
        token_hash=crypto.token_hash(token),
        started_at=now,
        expires_at=now + life,
    )
    db.add(session)
    await db.flush()
    audit.record(db, _owner(device), "session.begun", session, now)
    return token, session


def _owner(device: Device) -> Actor:
    if device.staff_id:
        return Actor("staff", device.staff_id, device.clinic_id)
    if device.caregiver_id:
        return Actor("caregiver", device.caregiver_id, device.clinic_id)
    return Actor("patient", device.patient_id or "", device.clinic_id)


async def end_device(db: AsyncSession, actor: Actor, device: Device, now: datetime) -> None:
    """Sign a device out, from itself or from afar: its sessions end and nothing is pushed to it any more."""
    device.ended_at = device.ended_at or now
    await db.execute(
        update(DeviceSession)
        .where(DeviceSession.device_id == device.id, DeviceSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    await db.execute(
        update(Subscription)
        .where(Subscription.device_id == device.id, Subscription.ended_at.is_(None))
        .values(ended_at=now, ended_why="signed-out")
    )
    audit.record(db, actor, "device.ended", device, now)


async def rename(db: AsyncSession, actor: Actor, device: Device, name: str, now: datetime) -> None:
    device.name = name
    audit.record(db, actor, "device.renamed", device, now)


async def end_caregiver(db: AsyncSession, actor: Actor, caregiver: Caregiver, now: datetime) -> None:
    """The caregiver's access ends on every phone; what they answered stays as it is."""
    held = await db.scalars(select(Device).where(Device.caregiver_id == caregiver.id, Device.ended_at.is_(None)))
    for device in list(held):
        await end_device(db, actor, device, now)
    await _end_passkeys(db, Passkey.caregiver_id == caregiver.id, now)
    caregiver.ended_at = caregiver.ended_at or now
    audit.record(db, actor, "caregiver.ended", caregiver, now)


async def leave(db: AsyncSession, actor: Actor, patient: Patient, now: datetime) -> None:
    """The patient takes consent back: a pause that says so, every phone signed out. Staff keep what the law asks."""
    await people.pause(db, actor, patient, rules.CONSENT_WITHDRAWN, now)
    for device in await devices_of(db, patient.id):
        await end_device(db, actor, device, now)
    await _end_passkeys(db, Passkey.patient_id == patient.id, now)
    audit.record(db, actor, "patient.left", patient, now)


async def _end_passkeys(db: AsyncSession, which: ColumnElement[bool], now: datetime) -> None:
    """No key opens what has ended."""
    await db.execute(update(Passkey).where(which, Passkey.ended_at.is_(None)).values(ended_at=now))


async def devices_of(db: AsyncSession, patient_id: str) -> list[Device]:
    """The living devices of a patient and of the patient's caregivers."""
    helpers = select(Caregiver.id).where(Caregiver.patient_id == patient_id, Caregiver.ended_at.is_(None))
    return list(
        await db.scalars(
            select(Device)
            .where(
                (Device.patient_id == patient_id) | Device.caregiver_id.in_(helpers),
                Device.ended_at.is_(None),
            )
            .order_by(Device.joined_at)
        )
    )


async def own_device(db: AsyncSession, actor: Actor) -> Device:
    return await db.get_one(Device, actor.device_id)
