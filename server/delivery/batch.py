"""The database rows that a batch of claimed reminders needs, read in one query per table."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import urlsplit

from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Device, Subscription
from server.channels.protocol import ChannelName
from server.crypto import MissingKey
from server.db.id_lists import is_among
from server.people import households
from server.people.models import Caregiver, Clinic, Patient, Staff
from server.people.texting import numbers
from server.people.texting.models import TextNumber
from server.reminders import rules
from server.reminders.digests.flow import Digests
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptState, ReminderState


@dataclass(frozen=True)
class Tried:
    """An earlier attempt."""

    channel: ChannelName
    state: AttemptState
    subscription_id: str | None
    accepted: bool


def push_service(endpoint: str) -> str:
    """The host and port of a push service."""
    return urlsplit(endpoint).netloc


@dataclass(frozen=True)
class Batch:
    patients: dict[str, Patient]
    clinics: dict[str, Clinic]
    staff: dict[str, Staff] = field(default_factory=dict)
    tried: dict[str, list[Tried]] = field(default_factory=lambda: defaultdict(list))
    combined: dict[str, list[Reminder]] = field(default_factory=lambda: defaultdict(list))
    active: dict[str, list[Subscription]] = field(default_factory=lambda: defaultdict(list))  # by owner, see _active
    patients_own: set[str] = field(default_factory=set)  # ids of patients' own devices, without their caregivers'
    blocked: dict[str, TextNumber] = field(default_factory=dict)  # numbers that get no texts, by their hash
    households: dict[str, list[Patient]] = field(default_factory=dict)  # by the hash of a mailbox, number or endpoint
    locked: set[str] = field(default_factory=set)  # ids of active subscriptions that another transaction has locked

    def subscriptions_for(self, reminder: Reminder) -> list[Subscription]:
        """Active subscriptions of the addressee: a staff member, one device, or the patient and caregivers."""
        found = self.active[reminder.staff_id or reminder.device_id or reminder.patient_id]
        if reminder.audience != rules.PATIENT_ALONE:
            return found
        return [subscription for subscription in found if subscription.device_id in self.patients_own]

    def is_busy(self, reminder: Reminder) -> bool:
        """Whether another transaction has locked a row that an attempt needs: we'd wait for it, and all others too."""
        sending = any(tried.state == AttemptState.SENDING for tried in self.tried[reminder.id])
        return sending or any(subscription.id in self.locked for subscription in self.subscriptions_for(reminder))

    def push_services(self) -> set[str]:
        """The services of all active subscriptions; without those that cannot be decrypted."""
        found = set()
        for subscription in chain.from_iterable(self.active.values()):
            with suppress(ValueError, MissingKey):
                found.add(push_service(subscription.endpoint))
        return found

    def took(self, reminder: Reminder) -> set[str | None]:
        """Ids of the subscriptions whose push service has accepted this reminder already."""
        return {tried.subscription_id for tried in self.tried[reminder.id] if tried.accepted}

    def went_out(self, reminder: Reminder, channel: ChannelName | None = None) -> bool:
        """Whether any attempt may have gone out, on this channel or (None) on any."""
        return any(
            tried.state != AttemptState.FAILED and channel in (None, tried.channel) for tried in self.tried[reminder.id]
        )


async def patients_of(db: AsyncSession, reminders: Sequence[Reminder]) -> dict[str, Patient]:
    """The patients of these reminders, by id."""
    found = await db.scalars(select(Patient).where(is_among(Patient.id, {r.patient_id for r in reminders})))
    return {patient.id: patient for patient in found}


async def look_up(db: AsyncSession, digests: Digests, patients: dict[str, Patient]) -> Batch:
    """Read what sending these claimed reminders needs. `patients` are theirs, by id."""
    reminders = digests.going
    clinics = await db.scalars(select(Clinic).where(is_among(Clinic.id, {r.clinic_id for r in reminders})))
    batch = Batch(patients, {row.id: row for row in clinics})
    await _history(db, digests, batch)
    if members := {r.staff_id for r in reminders if r.staff_id}:
        batch.staff.update({row.id: row for row in await db.scalars(select(Staff).where(is_among(Staff.id, members)))})
    batch.blocked.update(await numbers.blocked(db, _numbers(batch)))
    batch.households.update(await households.by_address(db, batch.patients.values()))
    await _active(db, reminders, batch)
    await _helped_on_one_phone(db, batch)
    await _locked(db, batch)
    return batch


async def _history(db: AsyncSession, digests: Digests, batch: Batch) -> None:
    """Note earlier attempts and the digests' members, new ones and those of an earlier claim."""
    members = list(digests.members)
    if before := [reminder.id for reminder in digests.going if reminder.was_claimed_before]:
        columns = Attempt.reminder_id, Attempt.channel, Attempt.state, Attempt.subscription_id, Attempt.accepted_at
        tried = await db.execute(select(*columns).where(is_among(Attempt.reminder_id, before)))
        for reminder_id, channel, state, subscription_id, accepted_at in tried.all():
            batch.tried[reminder_id].append(Tried(channel, state, subscription_id, accepted_at is not None))
        earlier = select(Reminder).where(
            is_among(Reminder.carrier_id, before), Reminder.state == ReminderState.COMBINED
        )
        members += await db.scalars(earlier)
    for member in sorted(members, key=lambda member: (member.moment, member.id)):
        batch.combined[member.carrier_id or ""].append(member)


def _numbers(batch: Batch) -> set[str]:
    """The hashes of the numbers that texts could go to."""
    of_staff = {member.phone_tel_hash for member in batch.staff.values()}
    of_patients = {numbers.hash_for_texts(patient) for patient in batch.patients.values()}
    return {number for number in of_staff | of_patients if number}


async def _active(db: AsyncSession, reminders: Sequence[Reminder], batch: Batch) -> None:
    """List each active subscription under the ids of its device and of its patient, or its staff member."""
    patient_ids = {reminder.patient_id for reminder in reminders}
    is_on = Device.ended_at.is_(None)
    patients = select(Device.id, Device.patient_id.label("owner")).where(
        is_among(Device.patient_id, patient_ids), is_on
    )
    caregivers = (
        select(Device.id, Caregiver.patient_id)
        .join(Caregiver, Caregiver.id == Device.caregiver_id)
        .where(is_among(Caregiver.patient_id, patient_ids), Caregiver.ended_at.is_(None), is_on)
    )
    staff = select(Device.id, Device.staff_id).where(is_among(Device.staff_id, batch.staff), is_on)
    theirs = union_all(patients, caregivers, staff).subquery()
    found = await db.execute(
        select(Subscription, theirs.c.owner, Device.patient_id)
        .join(theirs, theirs.c.id == Subscription.device_id)
        .join(Device, Device.id == theirs.c.id)
        .where(Subscription.ended_at.is_(None))
    )
    for subscription, owner, patient_id in found.all():
        if patient_id:
            batch.patients_own.add(subscription.device_id)
        batch.active[owner].append(subscription)
        batch.active[subscription.device_id].append(subscription)


async def _helped_on_one_phone(db: AsyncSession, batch: Batch) -> None:
    """List the patients whose caregivers' pushes reach one endpoint: one phone may help several patients."""
    active = chain.from_iterable(batch.active.values())
    endpoints = {one.endpoint_hash for one in active if one.device_id not in batch.patients_own}
    if not endpoints:
        return
    found = await db.execute(
        select(Subscription.endpoint_hash, Patient)
        .join(Device, Device.id == Subscription.device_id)
        .join(Caregiver, (Caregiver.id == Device.caregiver_id) & Caregiver.ended_at.is_(None))
        .join(Patient, Patient.id == Caregiver.patient_id)
        .where(
            is_among(Subscription.endpoint_hash, endpoints), Subscription.ended_at.is_(None), Device.ended_at.is_(None)
        )
    )
    for endpoint, patient in found.all():
        batch.households.setdefault(endpoint, []).append(patient)


async def _locked(db: AsyncSession, batch: Batch) -> None:
    """Note which active subscriptions can't be referred to now. SQLite has no row locks."""
    if db.get_bind().dialect.name == "sqlite":
        return
    ids = {subscription.id for subscription in chain.from_iterable(batch.active.values())}
    free = (
        select(Subscription.id).join(Device, Device.id == Subscription.device_id).where(is_among(Subscription.id, ids))
    )
    lock = free.with_for_update(read=True, key_share=True, skip_locked=True, of=[Subscription, Device])
    batch.locked.update(ids - set(await db.scalars(lock)))
