"""A person's devices: begin a session, list devices, sign out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import rules as access_rules
from server.access.models import Device, DeviceSession, PairingCode, Passkey, PasskeyUse, Subscription
from server.access.rules import SessionEnd, SubscriptionEnd
from server.actor import Actor, ActorKind
from server.db import Work, unscoped
from server.people.models import Caregiver


async def begin_session(db: AsyncSession, device: Device, now: datetime) -> tuple[str, DeviceSession]:
    """Begin a session with a new token; a token that the browser had before is never reused."""
    token = crypto.new_token()
    life = access_rules.STAFF_SESSION_LIFE if device.staff_id else access_rules.PERSON_SESSION_LIFE
    session = DeviceSession(
        clinic_id=device.clinic_id,
        device_id=device.id,
        token_hash=crypto.token_hash(token),
        started_at=now,
        expires_at=now + life,
    )
    db.add(session)
    await db.flush()
    audit.record(Work(db, owner(device), now), "session.begun", session)
    return token, session


def owner(device: Device) -> Actor:
    """The device's owner, as an actor."""
    if device.staff_id:
        return Actor(ActorKind.STAFF, device.staff_id, device.clinic_id)
    if device.caregiver_id:
        return Actor(ActorKind.CAREGIVER, device.caregiver_id, device.clinic_id)
    return Actor(ActorKind.PATIENT, device.patient_id or "", device.clinic_id)


async def end_device(work: Work, device: Device, why: SessionEnd | None = None) -> None:
    """Sign a device out, on the device itself or from another. Every credential made there ends with it (case 121).

    Its sessions and subscriptions end, its passkeys no longer sign anyone in, and the pairing codes that it issued
    expire. `why` defaults to a reason that depends on who acts.
    """
    device.end_reason = device.end_reason or why or _end_by(work.actor, device)
    device.ended_at = device.ended_at or work.now
    await work.db.execute(
        update(DeviceSession)
        .where(DeviceSession.device_id == device.id, DeviceSession.ended_at.is_(None))
        .values(ended_at=work.now)
    )
    await work.db.execute(
        update(Subscription)
        .where(Subscription.device_id == device.id, Subscription.ended_at.is_(None))
        .values(ended_at=work.now, end_reason=SubscriptionEnd.SIGNED_OUT)
    )
    await end_passkeys(work, _passkeys_of(device))
    await end_codes(work, (PairingCode.device_id == device.id) | (PairingCode.browser_id == device.id))
    audit.record(work, "device.ended", device)


def _end_by(actor: Actor, device: Device) -> SessionEnd:
    if actor.device_id == device.id:
        return SessionEnd.SIGNED_OUT
    return SessionEnd.STAFF if actor.kind == ActorKind.STAFF else SessionEnd.ELSEWHERE


def _passkeys_of(device: Device) -> ColumnElement[bool]:
    """The passkeys that this device may hold (decision 0016).

    They were made on it, or signed it in: the passkey provider may have copied them to it. A passkey from
    before we recorded devices may have been made on any device of the person, so each device counts as its maker.
    """
    passkeys_used = select(PasskeyUse.passkey_id).where(PasskeyUse.device_id == device.id)
    return _of_owner(device) & or_(
        Passkey.device_id == device.id, Passkey.id.in_(passkeys_used), Passkey.device_id.is_(None)
    )


def _of_owner(device: Device) -> ColumnElement[bool]:
    if device.caregiver_id:
        return Passkey.caregiver_id == device.caregiver_id
    return (Passkey.patient_id == device.patient_id) & Passkey.caregiver_id.is_(None)


async def rename(work: Work, device: Device, name: str) -> None:
    device.name = name
    audit.record(work, "device.renamed", device)


async def end_passkeys(work: Work, which: ColumnElement[bool]) -> None:
    """End the passkeys that match and have not ended yet."""
    for passkey in list(await work.db.scalars(select(Passkey).where(which, Passkey.ended_at.is_(None)))):
        passkey.ended_at = work.now
        audit.record(work, "passkey.ended", passkey)


async def devices_of(db: AsyncSession, patient_id: str, with_ended: bool = False) -> list[Device]:
    """The active devices of a patient and of the patient's caregivers, oldest first; `with_ended`: ended ones too."""
    caregivers = select(Caregiver.id).where(Caregiver.patient_id == patient_id)
    if not with_ended:
        caregivers = caregivers.where(Caregiver.ended_at.is_(None))
    found = select(Device).where((Device.patient_id == patient_id) | Device.caregiver_id.in_(caregivers))
    if not with_ended:
        found = found.where(Device.ended_at.is_(None))
    return list(await db.scalars(found.order_by(Device.joined_at)))


async def find_device(db: AsyncSession, actor: Actor, device_id: str) -> Device | None:
    """The device with this id, if it is of the actor's clinic."""
    device = await db.get(Device, device_id)
    return device if device is not None and device.clinic_id == actor.clinic_id else None


async def own_device(db: AsyncSession, actor: Actor) -> Device:
    return await db.get_one(Device, actor.device_id)


async def end_codes(work: Work, which: ColumnElement[bool]) -> None:
    """Expire the pairing codes that match, unused or reserved, so that no device can join with them (case 127)."""
    unused = PairingCode.used_at.is_(None) & (PairingCode.expires_at > work.now)
    reserved = PairingCode.reserved_until > work.now
    for code in list(await work.db.scalars(select(PairingCode).where(which, unused | reserved))):
        code.expires_at, code.reserved_until = min(code.expires_at, work.now), None
        audit.record(work, "pairing.ended", code)


@dataclass(frozen=True)
class EndedSession:
    """The session that a browser had. `has_passkey`: a passkey of the person may sign in again."""

    why: SessionEnd
    person_id: str
    has_passkey: bool


async def ended_session(db: AsyncSession, token: str, now: datetime) -> EndedSession | None:
    """The ended session of a patient or caregiver with this token; None if there is none, or it is still active."""
    with unscoped(db):
        row = (
            await db.execute(
                select(DeviceSession, Device)
                .join(Device, Device.id == DeviceSession.device_id)
                .where(DeviceSession.token_hash == crypto.token_hash(token), Device.staff_id.is_(None))
            )
        ).first()
        if row is None:
            return None
        session, device = row
        why = await _why_ended(db, session, device, now)
        return EndedSession(why, owner(device).id, await _has_passkey(db, device)) if why else None


async def _why_ended(db: AsyncSession, session: DeviceSession, device: Device, now: datetime) -> SessionEnd | None:
    if device.ended_at is not None or session.ended_at is not None:
        return device.end_reason or SessionEnd.SIGNED_OUT
    caregiver = await db.get(Caregiver, device.caregiver_id) if device.caregiver_id else None
    if caregiver is not None and caregiver.ended_at is not None:
        return SessionEnd.ACCESS_ENDED
    return SessionEnd.EXPIRED if session.expires_at <= now else None


async def _has_passkey(db: AsyncSession, device: Device) -> bool:
    """Whether a passkey of the device's owner still signs in."""
    living = select(Passkey.id).where(_of_owner(device), Passkey.ended_at.is_(None)).limit(1)
    return await db.scalar(living) is not None


async def prolong(work: Work) -> None:
    """Prolong a person's session because it was used (case 98)."""
    session = await work.db.get_one(DeviceSession, work.actor.session_id)
    session.expires_at = work.now + access_rules.PERSON_SESSION_LIFE
    audit.record(work, "session.prolonged", session)
