"""Device health: which devices still show notifications, and which silent ones to prompt."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access.models import Device, Subscription
from server.access.rules import SessionEnd
from server.actor import system
from server.db import Work
from server.devices import health_rules as signs
from server.devices.health_rules import PushHealth, Signs
from server.people.models import Caregiver, Clinic, Patient
from server.reminders import notices, rules
from server.reminders.notices import Notice
from server.reminders.states import ReminderKind


@dataclass(frozen=True)
class DeviceHealth:
    device: Device
    signs: Signs
    word: PushHealth


async def of_devices(db: AsyncSession, devices: Sequence[Device], now: datetime) -> list[DeviceHealth]:
    found = await db.scalars(
        select(Subscription)
        .where(Subscription.device_id.in_([device.id for device in devices]))
        .order_by(Subscription.ended_at.is_(None), Subscription.started_at)
    )
    newest = {subscription.device_id: subscription for subscription in found}  # the active one comes last and wins
    return [_health(device, newest.get(device.id), now) for device in devices]


def _health(device: Device, subscription: Subscription | None, now: datetime) -> DeviceHealth:
    shown, ended = (subscription.shown_at, subscription.end_reason) if subscription else (None, None)
    given = Signs(device.seen_at, shown, device.asked_at, ended, had_subscription=subscription is not None)
    return DeviceHealth(device, given, signs.word_of(given, now))


async def not_reachable(work: Work, patients: Iterable[Patient]) -> list[tuple[Patient, PushHealth]]:
    """The `patients` without a device that accepts pushes, by name, each with the reason; leaves out paused ones."""
    asked = [patient for patient in patients if patient.paused_at is None]
    why = await reasons(work, [patient.id for patient in asked])
    listed = [(patient, word) for patient in asked if (word := why[patient.id]) is not None]
    return sorted(listed, key=lambda row: row[0].name.casefold())


async def reasons(work: Work, patient_ids: Collection[str]) -> dict[str, PushHealth | None]:
    """Why no push reaches each of these patients; None if a device accepts it."""
    words = await _words_by_patient(work, patient_ids) if patient_ids else {}
    return {patient_id: signs.reason(words.get(patient_id, ())) for patient_id in patient_ids}


async def _words_by_patient(work: Work, patient_ids: Collection[str]) -> dict[str, list[PushHealth]]:
    rows = await work.db.execute(
        select(Device, func.coalesce(Device.patient_id, Caregiver.patient_id))
        .outerjoin(Caregiver, Caregiver.id == Device.caregiver_id)
        .where(
            Device.clinic_id == work.actor.clinic_id,
            Device.patient_id.in_(patient_ids) | Caregiver.patient_id.in_(patient_ids),
            Device.ended_at.is_(None) | (Device.end_reason == SessionEnd.NEW_OWNER),
            Caregiver.ended_at.is_(None),
        )
    )
    whose: dict[str, tuple[Device, str]] = {}
    words: dict[str, list[PushHealth]] = {}
    for device, patient_id in rows.all():
        if device.ended_at is None:
            whose[device.id] = (device, patient_id)
        else:
            words.setdefault(patient_id, []).append(PushHealth.TAKEN)
    for health in await of_devices(work.db, [device for device, _ in whose.values()], work.now):
        words.setdefault(whose[health.device.id][1], []).append(health.word)
    return words


async def ask_silent(db: AsyncSession, now: datetime) -> int:
    """Ask each device that gave no sign for the clinic's `silent_days`, once, to open the app; returns how many."""
    rows = await db.execute(
        select(Device, Subscription, Clinic.silent_days, Patient)
        .join(Subscription, Subscription.device_id == Device.id)
        .join(Clinic, Clinic.id == Device.clinic_id)
        .outerjoin(Caregiver, Caregiver.id == Device.caregiver_id)
        .join(Patient, Patient.id == func.coalesce(Device.patient_id, Caregiver.patient_id))
        .where(Device.ended_at.is_(None), Subscription.ended_at.is_(None), Patient.paused_at.is_(None))
    )
    asked = 0
    for device, subscription, silent_days, patient in rows.all():
        if signs.is_to_be_asked(_health(device, subscription, now).signs, silent_days, now):
            await _ask(db, device, patient, now)
            asked += 1
    return asked + await _ask_whose_phone_was_taken(db, now)


async def _ask_whose_phone_was_taken(db: AsyncSession, now: datetime) -> int:
    """After somebody else has joined on a person's phone, ask once on the person's other devices (case 97)."""
    rows = await db.execute(
        select(Device, Patient)
        .outerjoin(Caregiver, Caregiver.id == Device.caregiver_id)
        .join(Patient, Patient.id == func.coalesce(Device.patient_id, Caregiver.patient_id))
        .where(
            Device.end_reason == SessionEnd.NEW_OWNER,
            Device.ended_at > now - signs.ASKED_LIFE,
            Device.asked_at.is_(None) | (Device.asked_at < Device.ended_at),
            Patient.paused_at.is_(None),
        )
    )
    taken = [(device, patient) for device, patient in rows.all()]
    for device, patient in taken:
        await _ask(db, device, patient, now)
    return len(taken)


async def forget_future_asks(db: AsyncSession, now: datetime) -> int:
    """Clear `asked_at` in the future: a clock that was ahead asked devices that were not silent. Returns how many."""
    found = list(await db.scalars(select(Device).where(Device.asked_at > now + rules.CLOCK_SLACK)))
    for device in found:
        device.asked_at = None
        audit.record(Work(db, system(device.clinic_id), now), "device.not-asked", device)
    return len(found)


async def _ask(db: AsyncSession, device: Device, patient: Patient, now: datetime) -> None:
    actor = system(device.clinic_id)
    device.asked_at = now
    audit.record(Work(db, actor, now), "device.asked", device)
    only_there = None if device.ended_at else device.id
    notice = Notice(ReminderKind.DEVICE_CHECK, patient.id, device.id, "/", now + signs.ASKED_LIFE, device_id=only_there)
    await notices.remind_now(Work(db, actor, now), notice)


async def by_vapid_key(db: AsyncSession) -> dict[str, int]:
    """How many active subscriptions each VAPID key has, the current key first: shows how far a rotation has got."""
    found = await db.execute(
        select(Subscription.vapid_key, func.count())
        .where(Subscription.ended_at.is_(None))
        .group_by(Subscription.vapid_key)
    )
    counts = {key: count for key, count in found.all()}
    by_key = {key: counts.pop(key, 0) for key in crypto.keyring().vapid}
    return by_key | counts
