"""Outcomes of the demo's past reminders. No push was sent: the demo's devices do not exist."""

import secrets
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.access.models import Device, Subscription
from server.channels.protocol import ChannelName
from server.db import Work
from server.people.models import Patient
from server.reminders.models import Attempt, Reminder
from server.reminders.states import ReminderState


async def as_if_subscribed(work: Work, farthest: str, began: datetime) -> None:
    """Subscribe a demo device at an address that cannot exist (RFC 6761), so nothing is ever sent there.

    A device that shows nothing has been silent for long, and was asked to open the app.
    """
    shows = farthest in ("shown", "opened")
    endpoint = f"https://demo.invalid/{work.actor.device_id}"
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    subscription = Subscription(
        clinic_id=work.actor.clinic_id,
        device_id=work.actor.device_id,
        endpoint=endpoint,
        endpoint_hash=crypto.keyed_hash(endpoint, "endpoint"),
        p256dh=crypto.b64(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)),
        auth=crypto.b64(secrets.token_bytes(16)),
        vapid_key=next(iter(crypto.keyring().vapid)),
        started_at=began,
        shown_at=work.now - timedelta(hours=20) if shows else None,
    )
    work.db.add(subscription)
    device = await work.db.get_one(Device, work.actor.device_id)
    device.seen_at, device.asked_at = (
        (work.now - timedelta(hours=19), None) if shows else (began, work.now - timedelta(days=5))
    )


async def as_if_sent(db: AsyncSession, patient: Patient, farthest: str | None, now: datetime) -> None:
    """Mark past reminders as sent, with an attempt in the state `farthest`; None for a patient without a device."""
    past = await db.scalars(
        select(Reminder).where(
            Reminder.patient_id == patient.id,
            Reminder.moment < now,
            Reminder.state.in_((ReminderState.SCHEDULED, ReminderState.CANCELLED)),
            Reminder.reason.is_distinct_from("replanned"),
        )
    )
    for reminder in list(past):
        if farthest is None:
            reminder.state, reminder.reason = ReminderState.FAILED, "no device takes reminders"
            continue
        reminder.state, reminder.reason = ReminderState.SENT, None
        db.add(_attempt(reminder, farthest))


def _attempt(reminder: Reminder, farthest: str) -> Attempt:
    sent, shown, opened = (reminder.moment + timedelta(seconds=s) for s in (1, 3, 400))
    return Attempt(
        clinic_id=reminder.clinic_id,
        reminder_id=reminder.id,
        channel=ChannelName.PUSH,
        service="demo.invalid",
        token_hash=crypto.token_hash(crypto.new_token()),
        state=farthest,
        fence=1,
        status=201,
        started_at=reminder.moment,
        accepted_at=sent,
        shown_at=shown if farthest in ("shown", "opened") else None,
        opened_at=opened if farthest == "opened" else None,
    )
