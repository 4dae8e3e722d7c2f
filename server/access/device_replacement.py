"""Merge two device rows of one browser: end the old one, and hand over its subscriptions, passkeys and codes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Device, PairingCode, Passkey, PasskeyUse, Subscription
from server.access.rules import SessionEnd
from server.access.sessions import end_device, end_passkeys, owner
from server.actor import Actor, system
from server.db import Work, unscoped
from server.people.models import Caregiver, Patient

SHOWN_FOR = timedelta(hours=1)  # how long the page says whose phone it was


async def replace_device(
    db: AsyncSession, old: Device, new: Device, now: datetime, why: SessionEnd = SessionEnd.REPLACED
) -> None:
    """Two device rows stand for one browser: end the old one. If both are one person's, `new` takes over what it had.

    A browser may hold both a person's and a staff member's session; neither ends the other.
    Two active devices for one browser would let a passkey outlive the sign-out, which ends only one of them.
    """
    if old.id == new.id or old.staff_id or new.staff_id or old.ended_at:
        return
    with unscoped(db):
        if owner(old) == owner(new):
            await _hand_over(db, old, new, now)
        else:
            why = SessionEnd.NEW_OWNER
        old.successor_id = new.id
        await end_device(Work(db, system(old.clinic_id, "new-owner"), now), old, why)
        await db.flush()


@dataclass(frozen=True)
class FormerOwner:
    """A previous owner of a browser's device. `patient`: the patient whom this owner helped there, if a caregiver."""

    name: str
    patient: str | None


async def owners_before(db: AsyncSession, actor: Actor, now: datetime) -> list[FormerOwner]:
    """The previous owners of this browser's device, if `actor` has just joined on it (case 97)."""
    with unscoped(db):
        before = select(Device).where(
            Device.successor_id == actor.device_id,
            Device.end_reason == SessionEnd.NEW_OWNER,
            Device.ended_at > now - SHOWN_FOR,
        )
        found = []
        for device in list(await db.scalars(before.order_by(Device.joined_at))):
            person = await person_of(db, device)
            helped = await db.get_one(Patient, person.patient_id) if isinstance(person, Caregiver) else None
            found.append(FormerOwner(person.name, helped.name if helped else None))
        return found


async def person_of(db: AsyncSession, device: Device) -> Patient | Caregiver:
    """The patient or caregiver who owns the device."""
    if device.caregiver_id:
        return await db.get_one(Caregiver, device.caregiver_id)
    return await db.get_one(Patient, device.patient_id)


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
        await end_passkeys(Work(db, owner(new), now), (Passkey.id == used.passkey_id) & ~made_here)
    await db.flush()
