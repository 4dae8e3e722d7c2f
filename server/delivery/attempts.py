"""Build the attempts: addresses and message texts, while the database is open."""

from dataclasses import dataclass
from functools import cached_property
from typing import assert_never, cast

from sqlalchemy import Table, insert

from server import crypto
from server.access.models import Subscription
from server.channels.addresses import Mailbox, Number, PushAddress
from server.channels.protocol import ChannelName, Message
from server.db import new_id
from server.delivery.batch import Batch
from server.delivery.messages import Sending, message_to
from server.people.models import Patient, Staff
from server.people.rules import ContactBy
from server.people.texting.numbers import hash_for_texts, number_for_texts
from server.people.texting.rules import NumberState
from server.phone_numbers import countries as number_countries
from server.reminders import rules
from server.reminders.channel_policies import flow as channel_policy
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptState, BlockReason

INSERT = insert(cast(Table, Attempt.__table__))
Address = PushAddress | Mailbox | Number
BLOCKED: dict[NumberState, BlockReason] = {
    NumberState.STOPPED: "this number stopped our texts",
    NumberState.UNDELIVERABLE: "texts can't be delivered to this number",
}


@dataclass(frozen=True)
class Outgoing:
    """All that one attempt needs, so that no transaction stays open while we send it.

    `combined` counts the other reminders that its notification includes.
    """

    attempt_id: str
    subscription_id: str  # "" for email and text
    reminder_id: str
    fence: int
    channel: ChannelName
    address: Address
    message: Message
    combined: int = 0
    rests: bool = False  # its service's circuit breaker is open: do not send it now, but try it again later

    @cached_property
    def service(self) -> str:
        return service_of(self.channel, self.address)


@dataclass(frozen=True)
class Target:
    channel: ChannelName
    address: Address
    subscription: Subscription | None = None

    @cached_property
    def service(self) -> str:
        return service_of(self.channel, self.address)


def service_of(channel: ChannelName, address: Address) -> str:
    """The service in whose lane an attempt waits: a push service's host, or the channel's name."""
    return address.service if isinstance(address, PushAddress) else channel


def targets(batch: Batch, reminder: Reminder, patient: Patient, channel: ChannelName) -> list[Target]:
    """The addresses that this channel has not tried yet. A text or email that may have gone out is never repeated."""
    if channel == ChannelName.PUSH:
        took, active = batch.took(reminder), batch.subscriptions_for(reminder)
        untried = [each for each in active if each.id not in took]
        return [Target(channel, batch.address_of(each), each) for each in untried]
    if batch.went_out(reminder, channel):
        return []
    email, number = _staffs(batch.staff[reminder.staff_id]) if reminder.staff_id else _patients(patient)
    if reminder.audience == rules.PATIENT_ALONE and patient.contact == ContactBy.CAREGIVER:
        number = None  # a text would reach the caregiver's phone
    match channel:
        case ChannelName.EMAIL:
            return [Target(channel, Mailbox(email))] if email else []
        case ChannelName.TEXT if text_block(batch, reminder, patient):
            return []
        case ChannelName.TEXT:
            countries = channel_policy.text_countries(batch.clinics[reminder.clinic_id])
            return [Target(channel, Number(number))] if number and number_countries.can_text(number, countries) else []
        case _:
            assert_never(channel)


def text_block(batch: Batch, reminder: Reminder, patient: Patient) -> BlockReason | None:
    """Why we may not text this reminder's number; None if we may, or if there is no number."""
    number = batch.staff[reminder.staff_id].phone_tel_hash if reminder.staff_id else hash_for_texts(patient)
    found = batch.blocked.get(number) if number else None
    return BLOCKED[found.state] if found else None


def _staffs(member: Staff) -> tuple[str | None, str | None]:
    """Email and dialable number; none for a staff member who has left."""
    return (None, None) if member.ended_at is not None else (member.email, member.phone_tel)


def _patients(patient: Patient) -> tuple[str | None, str | None]:
    email = None if patient.email_stopped_at else patient.email
    return email, number_for_texts(patient) if patient.text_consent_at else None


def prepare_attempt(sending: Sending, reminder: Reminder, target: Target, rests: bool = False) -> Outgoing:
    """Add a row for the attempt, in state "sending". The row is the record of this send; the audit log has none.

    Returns the attempt that the channel must make after `insert_attempts` and the commit.
    """
    now, combined = sending.now, sending.batch.combined[reminder.id]
    attempt_id, token = new_id(), crypto.new_token()
    to, channel = target.subscription, target.channel
    sending.rows.append(
        {
            "id": attempt_id,
            "clinic_id": reminder.clinic_id,
            "reminder_id": reminder.id,
            "channel": channel,
            "service": target.service,
            "subscription_id": to.id if to else None,
            "device_id": to.device_id if to else None,
            "token_hash": crypto.token_hash(token),
            "state": AttemptState.SENDING,
            "delay": (now - reminder.next_at).total_seconds() if reminder.tries == 1 else None,
            "fence": reminder.fence,
            "started_at": now,
        }
    )
    also = [other.kind for other in combined if other.subject_id != reminder.subject_id]
    message = message_to(sending, reminder, channel, to, also, token)
    whose = to.id if to else ""
    return Outgoing(
        attempt_id, whose, reminder.id, reminder.fence, channel, target.address, message, len(combined), rests
    )


async def insert_attempts(sending: Sending) -> None:
    """Insert the rows of all attempts of the batch, without an ORM object for each."""
    if sending.rows:
        await (await sending.db.connection()).execute(INSERT, sending.rows)
