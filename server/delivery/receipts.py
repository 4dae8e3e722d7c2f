"""Handle receipts and answers by token, which devices send back."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access.models import Device, Subscription
from server.actor import Actor, ActorKind, someone
from server.audit import AuditEvent, AuditVerb
from server.channels.protocol import ChannelName
from server.db import Work
from server.people import households
from server.people.models import Patient
from server.people.texting import numbers
from server.people.texting.rules import ReplyFrom
from server.reminders import rules, states
from server.reminders.models import Attempt, Reminder
from server.reminders.notices import SUPERSEDED
from server.reminders.states import AttemptState, ReminderState

ADDRESS_CHANGES: tuple[AuditVerb, ...] = ("patient.changed", "patient.contact")
Event = Literal[AttemptState.SHOWN, AttemptState.OPENED, AttemptState.ANSWERED]
NOTED: dict[Event, AuditVerb] = {
    AttemptState.SHOWN: "attempt.shown",
    AttemptState.OPENED: "attempt.opened",
    AttemptState.ANSWERED: "attempt.answered",
}


async def take_receipt(db: AsyncSession, token: str, event: Event, now: datetime) -> bool:
    """Record a device's receipt for an attempt. The first time of each event counts. False for an unknown token."""
    found = select(Attempt).where(Attempt.token_hash == crypto.token_hash(token))
    attempt = await db.scalar(found.with_for_update(key_share=True))  # concurrent receipts must not move it backwards
    if attempt is None:
        return False
    _mark(attempt, event, now)
    await _note_sign(db, attempt, now)
    actor = Actor(ActorKind.SYSTEM, "device", attempt.clinic_id)
    audit.record(Work(db, actor, now), NOTED[event], attempt)
    return True


async def _note_sign(db: AsyncSession, attempt: Attempt, now: datetime) -> None:
    """A shown notification proves that pushes reach this device."""
    subscription = await db.get(Subscription, attempt.subscription_id) if attempt.subscription_id else None
    if subscription is not None:
        subscription.shown_at = max(subscription.shown_at or now, now)


def _mark(attempt: Attempt, event: Event, now: datetime) -> None:
    """`opened` implies `shown`, which implies `accepted`: a later receipt fills in one that was lost."""
    reached = {
        AttemptState.SHOWN: (AttemptState.SHOWN,),
        AttemptState.OPENED: (AttemptState.SHOWN, AttemptState.OPENED),
        AttemptState.ANSWERED: (AttemptState.SHOWN, AttemptState.OPENED, AttemptState.ANSWERED),
    }
    attempt.accepted_at = attempt.accepted_at or now
    for step in reached[event]:
        if getattr(attempt, f"{step}_at") is None:
            setattr(attempt, f"{step}_at", now)
    if attempt.state not in states.BEST_FIRST or states.BEST_FIRST.index(event) < states.BEST_FIRST.index(
        attempt.state
    ):
        attempt.state = event


async def reminder_for_token(db: AsyncSession, token: str) -> Reminder | None:
    """The appointment reminder of this token; None once the appointment changed, in a pause, or after a sign-out."""
    attempt = await _attempt(db, token)
    reminder = await db.get(Reminder, attempt.reminder_id, populate_existing=True) if attempt else None
    if attempt is None or reminder is None or reminder.kind not in rules.ABOUT_VISITS:
        return None
    if reminder.state == ReminderState.CANCELLED or reminder.reason == SUPERSEDED or attempt.superseded_at is not None:
        return None
    if await _has_ended(db, attempt):
        return None
    paused = (await db.get_one(Patient, reminder.patient_id)).paused_at is not None
    return None if paused else reminder


async def patient_of_email(db: AsyncSession, token: str) -> Patient | None:
    """The patient who got the email with this token; None for any other token."""
    attempt = await _attempt(db, token)
    if attempt is None or attempt.channel != ChannelName.EMAIL:
        return None
    reminder = await db.get_one(Reminder, attempt.reminder_id)
    return await db.get(Patient, reminder.patient_id) if reminder.staff_id is None else None


async def recipient(db: AsyncSession, token: str) -> Actor:
    """The person who got this token's message; "someone" if several people share the address."""
    attempt = await _attempt(db, token)
    assert attempt is not None  # the caller has found the reminder of this token
    reminder = await db.get_one(Reminder, attempt.reminder_id)
    patient = await db.get_one(Patient, reminder.patient_id)
    found = await _owner(db, attempt) if attempt.channel == ChannelName.PUSH else await _reader(db, attempt, patient)
    return found or someone(patient.clinic_id)


async def _owner(db: AsyncSession, attempt: Attempt) -> Actor | None:
    """The owner of the phone that a push went to; None if the phone has become somebody else's since."""
    subscription = await db.get(Subscription, attempt.subscription_id) if attempt.subscription_id else None
    ids = {attempt.device_id, subscription.device_id if subscription else None} - {None}
    devices = [await db.get_one(Device, device_id) for device_id in ids]
    owners = {(device.patient_id, device.caregiver_id) for device in devices}
    if len(owners) != 1:
        return None
    patient_id, caregiver_id = owners.pop()
    kind = ActorKind.CAREGIVER if caregiver_id else ActorKind.PATIENT
    owner_id = caregiver_id or patient_id
    return Actor(kind, owner_id, attempt.clinic_id, device_id=devices[0].id) if owner_id else None


async def _reader(db: AsyncSession, attempt: Attempt, patient: Patient) -> Actor | None:
    """The owner of a message's number or mailbox; None if several people have it, or it was changed since."""
    changes = select(AuditEvent.id).where(
        AuditEvent.subject_id == patient.id, AuditEvent.verb.in_(ADDRESS_CHANGES), AuditEvent.at > attempt.started_at
    )
    if await db.scalar(changes.limit(1)) is not None:
        return None
    if attempt.channel == ChannelName.EMAIL:
        is_theirs = await households.reads_alone(db, patient)
        return Actor(ActorKind.PATIENT, patient.id, patient.clinic_id) if is_theirs else None
    number = numbers.hash_for_texts(patient)
    author = (await numbers.owners_of(db, number)).author_of(patient, number) if number else None
    if author == ReplyFrom.PATIENT:
        return Actor(ActorKind.PATIENT, patient.id, patient.clinic_id)
    return Actor(ActorKind.CAREGIVER, "text", patient.clinic_id) if author == ReplyFrom.CAREGIVER else None


async def _has_ended(db: AsyncSession, attempt: Attempt) -> bool:
    """Whether the attempt's device was signed out. A device that joined again keeps its subscription and is active."""
    subscription = await db.get(Subscription, attempt.subscription_id) if attempt.subscription_id else None
    device_id = subscription.device_id if subscription else attempt.device_id
    return device_id is not None and (await db.get_one(Device, device_id)).ended_at is not None


async def redeem(db: AsyncSession, token: str, now: datetime) -> Reminder | None:
    """Mark attempt and reminder as answered. Returns the reminder; None if the token is no longer valid."""
    reminder = await reminder_for_token(db, token)
    attempt = await _attempt(db, token)
    if reminder is None or attempt is None:
        return None
    _mark(attempt, AttemptState.ANSWERED, now)
    reminder.answered_at = reminder.answered_at or now
    audit.record(Work(db, Actor(ActorKind.SYSTEM, "device", reminder.clinic_id), now), "reminder.answered", reminder)
    return reminder


async def _attempt(db: AsyncSession, token: str) -> Attempt | None:
    found = select(Attempt).where(Attempt.token_hash == crypto.token_hash(token))
    return await db.scalar(found.execution_options(populate_existing=True))  # reload: `superseded_at` may be set now
