"""The database rows that a batch of claimed reminders needs, read in one query per table."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import BindParameter, Select, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Device, Subscription
from server.channels.addresses import PushAddress
from server.channels.protocol import ChannelName
from server.crypto import MissingKey
from server.db.id_lists import given, is_among
from server.people import households
from server.people.models import Caregiver, Clinic, Patient, Staff
from server.people.texting import numbers
from server.people.texting.models import TextNumber
from server.reminders import rules
from server.reminders.digests.flow import Digests
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptState, ReminderState


def _active_of(patients: BindParameter[Collection[str]], staff: BindParameter[Collection[str]]) -> Select[Any]:
    """The active subscriptions of these people, each with its owner and, on a patient's own device, that patient."""
    is_on = Device.ended_at.is_(None)
    own = select(Device.id, Device.patient_id.label("owner")).where(is_among(Device.patient_id, patients), is_on)
    caregivers = (
        select(Device.id, Caregiver.patient_id)
        .join(Caregiver, Caregiver.id == Device.caregiver_id)
        .where(is_among(Caregiver.patient_id, patients), Caregiver.ended_at.is_(None), is_on)
    )
    members = select(Device.id, Device.staff_id).where(is_among(Device.staff_id, staff), is_on)
    theirs = union_all(own, caregivers, members).subquery()
    return (
        select(Subscription, theirs.c.owner, Device.patient_id)
        .join(theirs, theirs.c.id == Subscription.device_id)
        .join(Device, Device.id == theirs.c.id)
        .where(Subscription.ended_at.is_(None))
    )


PATIENTS = select(Patient).where(is_among(Patient.id, given()))
CLINICS = select(Clinic).where(is_among(Clinic.id, given()))
ACTIVE = _active_of(given("patients"), given("staff"))
UNLOCKED = (
    select(Subscription.id)
    .join(Device, Device.id == Subscription.device_id)
    .where(is_among(Subscription.id, given()))
    .with_for_update(read=True, key_share=True, skip_locked=True, of=[Subscription, Device])
)


@dataclass(frozen=True)
class Tried:
    """An earlier attempt."""

    channel: ChannelName
    state: AttemptState
    subscription_id: str | None
    accepted: bool


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
    addresses: dict[str, PushAddress] = field(default_factory=dict)  # decrypted, by subscription; see `address_of`

    def subscriptions_for(self, reminder: Reminder) -> list[Subscription]:
        """Active subscriptions of the addressee: a staff member, one device, or the patient and caregivers."""
        found = self.active[reminder.staff_id or reminder.device_id or reminder.patient_id]
        if reminder.audience != rules.PATIENT_ALONE:
            return found
        return [subscription for subscription in found if subscription.device_id in self.patients_own]

    def is_busy(self, reminder: Reminder) -> bool:
        """Whether another transaction has locked a row that an attempt needs: waiting for it would delay all others."""
        sending = any(tried.state == AttemptState.SENDING for tried in self.tried[reminder.id])
        return sending or any(subscription.id in self.locked for subscription in self.subscriptions_for(reminder))

    def push_services(self) -> set[str]:
        """The services of all active subscriptions that we can decrypt."""
        found = set()
        for subscription in {one.id: one for one in chain.from_iterable(self.active.values())}.values():
            with suppress(ValueError, MissingKey):
                found.add(self.address_of(subscription).service)
        return found

    def address_of(self, subscription: Subscription) -> PushAddress:
        """The address, decrypted only once. Raises ValueError or MissingKey if that fails."""
        if subscription.id not in self.addresses:
            row = subscription
            self.addresses[row.id] = PushAddress(row.endpoint, row.p256dh, row.auth, row.vapid_key)
        return self.addresses[subscription.id]

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
    found = await db.scalars(PATIENTS, {"ids": {reminder.patient_id for reminder in reminders}})
    return {patient.id: patient for patient in found}


async def look_up(db: AsyncSession, digests: Digests, patients: dict[str, Patient]) -> Batch:
    """Read the rows that sending these claimed reminders needs. `patients`: their patients, by id."""
    reminders = digests.going
    clinics = await db.scalars(CLINICS, {"ids": {reminder.clinic_id for reminder in reminders}})
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
    """Note earlier attempts, and the digests' members from this claim and from earlier ones."""
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
    found = await db.execute(ACTIVE, {"patients": {r.patient_id for r in reminders}, "staff": batch.staff.keys()})
    for subscription, owner, patient_id in found.all():
        if patient_id:
            batch.patients_own.add(subscription.device_id)
        batch.active[owner].append(subscription)
        batch.active[subscription.device_id].append(subscription)


async def _helped_on_one_phone(db: AsyncSession, batch: Batch) -> None:
    """List the patients whose caregivers' pushes reach one endpoint: a caregiver may help several on one phone."""
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
    """Note which active subscriptions other transactions have locked. SQLite has no row locks."""
    if db.get_bind().dialect.name == "sqlite":
        return
    ids = {subscription.id for subscription in chain.from_iterable(batch.active.values())}
    batch.locked.update(ids - set(await db.scalars(UNLOCKED, {"ids": ids})))
