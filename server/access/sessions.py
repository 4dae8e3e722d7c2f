"""A person's devices: begin a session, list devices, sign out."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import rules as access_rules
from server.access.models import Device, DeviceSession, PairingCode, Passkey, PasskeyUse, Subscription
from server.access.rules import SubscriptionEnd
from server.actor import Actor, ActorKind
from server.db import Work
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


async def end_device(work: Work, device: Device) -> None:
    """Sign a device out, on the device itself or from another. Every credential made there ends with it (case 121).

    Its sessions and subscriptions end, its passkeys no longer sign anyone in, and the pairing codes that it issued
    expire.
    """
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
    await end_codes(work, PairingCode.device_id == device.id)
    audit.record(work, "device.ended", device)


def _passkeys_of(device: Device) -> ColumnElement[bool]:
    """The passkeys that this device may hold (decision 0016).

    Those made on it, and those that signed it in: the passkey provider may have copied them to it. A passkey from
    before we recorded devices may have been made on any device of the person, so each device counts as its maker.
    """
    if device.caregiver_id:
        whose = Passkey.caregiver_id == device.caregiver_id
    else:
        whose = (Passkey.patient_id == device.patient_id) & Passkey.caregiver_id.is_(None)
    passkeys_used = select(PasskeyUse.passkey_id).where(PasskeyUse.device_id == device.id)
    return whose & or_(Passkey.device_id == device.id, Passkey.id.in_(passkeys_used), Passkey.device_id.is_(None))


async def rename(work: Work, device: Device, name: str) -> None:
    device.name = name
    audit.record(work, "device.renamed", device)


async def end_passkeys(work: Work, which: ColumnElement[bool]) -> None:
    """End the passkeys that match and have not ended yet."""
    for passkey in list(await work.db.scalars(select(Passkey).where(which, Passkey.ended_at.is_(None)))):
        passkey.ended_at = work.now
        audit.record(work, "passkey.ended", passkey)


async def devices_of(db: AsyncSession, patient_id: str) -> list[Device]:
    """The active devices of a patient and of the patient's caregivers, oldest first."""
    caregivers = select(Caregiver.id).where(Caregiver.patient_id == patient_id, Caregiver.ended_at.is_(None))
    return list(
        await db.scalars(
            select(Device)
            .where(
                (Device.patient_id == patient_id) | Device.caregiver_id.in_(caregivers),
                Device.ended_at.is_(None),
            )
            .order_by(Device.joined_at)
        )
    )


async def own_device(db: AsyncSession, actor: Actor) -> Device:
    return await db.get_one(Device, actor.device_id)


async def end_codes(work: Work, which: ColumnElement[bool]) -> None:
    """Expire the unused pairing codes that match, so that no device can join with them (case 127)."""
    waiting = select(PairingCode).where(which, PairingCode.used_at.is_(None), PairingCode.expires_at > work.now)
    for code in list(await work.db.scalars(waiting)):
        code.expires_at = work.now
        audit.record(work, "pairing.ended", code)
