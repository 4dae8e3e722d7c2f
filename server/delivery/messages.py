"""The message of one attempt: its words for the recipient, its link, and how long it stays useful."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, assert_never

from sqlalchemy.ext.asyncio import AsyncSession

from server import language
from server.access.models import Subscription
from server.channels.protocol import ChannelName, Message, MessageUrgency
from server.clock import to_wall
from server.delivery.batch import Batch
from server.delivery.circuit_breakers import Breakers
from server.people import households
from server.people.models import Patient
from server.people.rules import ContactBy
from server.people.texting.numbers import hash_for_texts
from server.places.names import city
from server.reminders import rules
from server.reminders.message_text import AppointmentDetail, Words, addressed, letter, payload, text_line, words_for
from server.reminders.models import Reminder
from server.reminders.states import ReminderKind


@dataclass(frozen=True)
class Sending:
    """The shared facts of a batch of messages: the rows looked up, the time, and our base URL."""

    db: AsyncSession
    batch: Batch
    now: datetime
    base_url: str
    breakers: Breakers
    rows: list[dict[str, Any]] = field(default_factory=list)  # attempts' rows, not inserted yet
    words: dict[Hashable, Words] = field(default_factory=dict)  # cached: many messages have the same words


def message_to(
    sending: Sending,
    reminder: Reminder,
    channel: ChannelName,
    to: Subscription | None,
    also: Sequence[ReminderKind],
    token: str,
) -> Message:
    """`also`: the kinds of the other reminders that the notification includes.

    `ttl` ends when the next channel is due, so that a delayed push does not arrive as well as the text or email.
    """
    base_url, stop_url = sending.base_url, ""
    to_staff = reminder.staff_id is not None
    locale = "en" if to_staff else sending.batch.patients[reminder.patient_id].locale
    with language.speaking(locale):
        words = _words(sending, reminder, channel, to, also)
        link = f"{base_url}/go/{token}" if reminder.kind in rules.ABOUT_VISITS else f"{base_url}{reminder.path}"
        match channel:
            case ChannelName.EMAIL:
                stop_url = "" if to_staff else f"{base_url}/stop-email/{token}"
                body = letter(words, link, stop_url)
            case ChannelName.TEXT:
                body = text_line(words, link, may_stop=not to_staff)
            case ChannelName.PUSH:
                path = "/" if also else reminder.path  # Home lists the included reminders
                address = f"{base_url}{_through(sending.batch, to)}{path}?from={token}"
                about = {"reminder_id": reminder.id, "token": token, "address": address}
                body = payload(words, **about, reply_url="/visits/reply", locale=locale)
            case _:
                assert_never(channel)
    ends = min(reminder.expires_at, reminder.next_channel_at or reminder.expires_at)
    can_wait = reminder.kind in (ReminderKind.CHECK_IN, ReminderKind.NUDGE)
    urgency = MessageUrgency.NORMAL if can_wait else MessageUrgency.HIGH
    ttl = max(int((ends - sending.now).total_seconds()), 0)
    return Message(reminder.id, body, ttl=ttl, urgency=urgency, stop_url=stop_url)


def _through(batch: Batch, to: Subscription | None) -> str:
    """The link's prefix for a phone with several patients: it opens the page for this patient (case 97)."""
    is_shared = to is not None and len(batch.households.get(to.endpoint_hash, ())) > 1
    return f"/for/{to.device_id}" if to and is_shared else ""


def _words(
    sending: Sending, reminder: Reminder, channel: ChannelName, to: Subscription | None, also: Sequence[ReminderKind]
) -> Words:
    if reminder.staff_id is not None:
        return words_for(reminder.kind, reminder.detail, also)
    patient, zone = sending.batch.patients[reminder.patient_id], sending.batch.clinics[reminder.clinic_id].zone
    detail = reminder.detail if patient.detailed_text else None
    is_theirs = _reaches_caregiver(sending.batch, patient, channel, to)
    is_own_phone = channel == ChannelName.PUSH and not is_theirs
    name = "" if is_own_phone else _name(sending, reminder, patient, channel, to)  # an address may be a household's
    place = city(zone) if zone != patient.zone else ""
    about = name if is_theirs else None
    facts = (reminder.kind, detail, tuple(also), about, _today(sending, patient), place)
    key = (language.current(), facts)
    words = sending.words.get(key) or sending.words.setdefault(key, words_for(*facts))
    return words if is_theirs else addressed(words, name)


def _today(sending: Sending, patient: Patient) -> date:
    return to_wall(sending.now, patient.zone).date()


def _name(sending: Sending, reminder: Reminder, patient: Patient, channel: ChannelName, to: Subscription | None) -> str:
    """The patient's name in the message, distinct from others whose messages go to that address (case 102).

    If names are equal, the time of the visit tells the patients apart.
    """
    match channel:
        case ChannelName.EMAIL:
            address = patient.email_hash
        case ChannelName.TEXT:
            address = hash_for_texts(patient)
        case ChannelName.PUSH:
            address = to.endpoint_hash if to else None
        case _:
            assert_never(channel)
    found = households.label(patient, sending.batch.households.get(address or "", ()))
    detail = reminder.detail or ""
    if found.is_distinct or reminder.kind not in rules.ABOUT_VISITS or not detail.startswith("{"):
        return found.text
    starts = AppointmentDetail.from_json(detail).starts
    return f"{found.text} ({language.day_and_hour(starts, _today(sending, patient))})"


def _reaches_caregiver(batch: Batch, patient: Patient, channel: ChannelName, to: Subscription | None) -> bool:
    """Whether a message about the patient goes to a caregiver's device, or as a text to the caregiver's number."""
    if channel == ChannelName.TEXT:
        return patient.contact == ContactBy.CAREGIVER
    return to is not None and to.device_id not in batch.patients_own
