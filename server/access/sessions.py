"""A person's devices: begin a session, list devices, sign out."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import rules as access_rules
from server.access.models import Device, DeviceSession, PairingCode, Passkey, PasskeyUse, Subscription
from server.access.rules import SubscriptionEnd
from server.actor import Actor, ActorKind, system
from server.db import unscoped
from server.people import flow as people
from server.people import rules
from server.people.models import Caregiver, Patient
from server.people.rules import PauseReason


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
    audit.record(db, owner(device), "session.begun", session, now)
    return token, session


def owner(device: Device) -> Actor:
    """The device's owner, as an actor."""
    if device.staff_id:
        return Actor(ActorKind.STAFF, device.staff_id, device.clinic_id)
    if device.caregiver_id:
        return Actor(ActorKind.CAREGIVER, device.caregiver_id, device.clinic_id)
    return Actor(ActorKind.PATIENT, device.patient_id or "", device.clinic_id)


async def end_device(db: AsyncSession, actor: Actor, device: Device, now: datetime) -> None:
    """Sign a device out, on the device itself or from another. Every credential made there ends with it (case 121).

    Its sessions and subscriptions end, its passkeys no longer sign anyone in, and the pairing codes that it issued
    expire.
    """
    device.ended_at = device.ended_at or now
    await db.execute(
        update(DeviceSession)
        .where(DeviceSession.device_id == device.id, DeviceSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    await db.execute(
        update(Subscription)
        .where(Subscription.device_id == device.id, Subscription.ended_at.is_(None))
        .values(ended_at=now, end_reason=SubscriptionEnd.SIGNED_OUT)
    )
    await _end_passkeys(db, actor, _passkeys_of(device), now)
    await end_codes(db, actor, PairingCode.device_id == device.id, now)
    audit.record(db, actor, "device.ended", device, now)


def _passkeys_of(device: Device) -> ColumnElement[bool]:
    """The passkeys that this device may hold (decision 0016).

    Those made on it, and those that signed it in: the passkey provider may have copied them to it. A passkey from
    before we recorded devices may have been made on any device of the person, so each device counts as its maker.
    """
    if device.caregiver_id:
        whose = Passkey.caregiver_id == device.caregiver_id
    else:
        whose = (Passkey.patient_id == device.patient_id) & Passkey.caregiver_id.is_(None)
    came_in_by = select(PasskeyUse.passkey_id).where(PasskeyUse.device_id == device.id)
    return whose & or_(Passkey.device_id == device.id, Passkey.id.in_(came_in_by), Passkey.device_id.is_(None))


async def replace_in_browser(db: AsyncSession, new: Device, token: str, now: datetime) -> None:
    """`new` joined in the browser that holds this session token, so end that browser's previous device.

    The session may have expired since. A browser may hold both a person's and a staff member's session; neither
    ends the other.
    """
    with unscoped(db):  # the previous device may belong to another clinic
        old = await db.scalar(
            select(Device)
            .join(DeviceSession, DeviceSession.device_id == Device.id)
            .where(DeviceSession.token_hash == crypto.token_hash(token))
        )
        if old is not None:
            await replace_device(db, old, new, now)


async def replace_device(db: AsyncSession, old: Device, new: Device, now: datetime) -> None:
    """Two device rows are one browser: end the old one. If both are the same person's, `new` takes over what it had.

    Two active devices for one browser would let a passkey outlive the sign-out, which ends only one of them.
    """
    if old.id == new.id or old.staff_id or new.staff_id or old.ended_at:
        return
    with unscoped(db):
        if owner(old) == owner(new):
            await _hand_over(db, old, new, now)
        await end_device(db, system(old.clinic_id, "new-owner"), old, now)
        await db.flush()


async def _hand_over(db: AsyncSession, old: Device, new: Device, now: datetime) -> None:
    """Move the device's name, subscriptions, passkeys and issued pairing codes to the same person's new device."""
    new.name = old.name
    living = Subscription.ended_at.is_(None)
    for handed in (
        update(Subscription).where(Subscription.device_id == old.id, living).values(device_id=new.id),
        update(Passkey).where(Passkey.device_id == old.id).values(device_id=new.id),
        update(PairingCode).where(PairingCode.device_id == old.id).values(device_id=new.id),
    ):
        await db.execute(handed)
    used = await db.scalar(select(PasskeyUse).where(PasskeyUse.device_id == old.id))
    if used is None:
        return
    newly = await db.scalar(select(PasskeyUse).where(PasskeyUse.device_id == new.id))
    if newly is None:
        used.device_id = new.id
    elif newly.passkey_id != used.passkey_id:  # PasskeyUse allows one passkey per device: end the other one
        made_here = Passkey.device_id == new.id
        await _end_passkeys(db, owner(new), (Passkey.id == used.passkey_id) & ~made_here, now)
    await db.flush()


async def rename(db: AsyncSession, actor: Actor, device: Device, name: str, now: datetime) -> None:
    device.name = name
    audit.record(db, actor, "device.renamed", device, now)


async def end_caregiver(db: AsyncSession, actor: Actor, caregiver: Caregiver, now: datetime) -> None:
    """End the caregiver's access on every device. What they answered stays."""
    held = await db.scalars(select(Device).where(Device.caregiver_id == caregiver.id, Device.ended_at.is_(None)))
    for device in list(held):
        await end_device(db, actor, device, now)
    await _end_passkeys(db, actor, Passkey.caregiver_id == caregiver.id, now)
    codes = (PairingCode.caregiver_id == caregiver.id) | (PairingCode.made_by == caregiver.id)
    await end_codes(db, actor, codes, now)
    caregiver.ended_at = caregiver.ended_at or now
    audit.record(db, actor, "caregiver.ended", caregiver, now)


async def pause(db: AsyncSession, actor: Actor, patient: Patient, why: PauseReason, now: datetime) -> None:
    """Pause all messages to the patient. After a death or withdrawn consent, pairing codes expire too."""
    await people.pause(db, actor, patient, why, now)
    if why in rules.ENDS_CODES:
        await end_codes(db, actor, PairingCode.patient_id == patient.id, now)


async def leave(db: AsyncSession, actor: Actor, patient: Patient, now: datetime) -> None:
    """The patient withdraws consent: pause, sign every device out. Staff keep what the law requires."""
    await pause(db, actor, patient, rules.CONSENT_WITHDRAWN, now)
    for device in await devices_of(db, patient.id):
        await end_device(db, actor, device, now)
    await _end_passkeys(db, actor, Passkey.patient_id == patient.id, now)
    audit.record(db, actor, "patient.left", patient, now)


async def _end_passkeys(db: AsyncSession, actor: Actor, which: ColumnElement[bool], now: datetime) -> None:
    """End the passkeys that match and have not ended yet."""
    for passkey in list(await db.scalars(select(Passkey).where(which, Passkey.ended_at.is_(None)))):
        passkey.ended_at = now
        audit.record(db, actor, "passkey.ended", passkey, now)


async def devices_of(db: AsyncSession, patient_id: str) -> list[Device]:
    """The active devices of a patient and of the patient's caregivers, oldest first."""
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


async def end_codes(db: AsyncSession, actor: Actor, which: ColumnElement[bool], now: datetime) -> None:
    """Expire the unused pairing codes that match, so that no device can join with them (case 127)."""
    waiting = select(PairingCode).where(which, PairingCode.used_at.is_(None), PairingCode.expires_at > now)
    for code in list(await db.scalars(waiting)):
        code.expires_at = now
        audit.record(db, actor, "pairing.ended", code, now)
