"""Combine claimed reminders of a patient into a digest, postpone them, or hold them back for the day.

A member's `carrier_id` names the reminder whose notification mentions it. If that carrier ends before any of its
messages went out, its members become due on their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.db import Work
from server.db.id_lists import given, is_among
from server.people.models import Patient
from server.reminders import rules
from server.reminders.digests import rules as digest_rules
from server.reminders.digests.rules import Due
from server.reminders.models import Reminder
from server.reminders.quiet_hours.rules import read_quiet
from server.reminders.states import ReminderKind, ReminderState

TO_PATIENT = (rules.EVERYBODY, rules.PATIENT_ALONE)
YESTERDAY, TOMORROW = (bindparam(name, type_=Reminder.next_at.type) for name in ("yesterday", "tomorrow"))
IS_COMING = (Reminder.state == ReminderState.SCHEDULED) & (Reminder.next_at <= TOMORROW)
AROUND = select(Reminder).where(
    is_among(Reminder.patient_id, given()),
    Reminder.audience.in_(TO_PATIENT),
    Reminder.kind.in_(digest_rules.COMBINABLE),
    # A CASE: for an OR, SQLite would search for each part separately and read all due reminders of everybody.
    case((Reminder.notified_at.is_not(None), Reminder.notified_at > YESTERDAY), else_=IS_COMING),
)
UNLOCKED = select(Reminder.id).where(is_among(Reminder.id, given())).with_for_update(key_share=True, skip_locked=True)


@dataclass(frozen=True)
class Digests:
    """The reminders to send now, and the new members of their digests."""

    going: list[Reminder]
    members: list[Reminder] = field(default_factory=list)


async def combine(
    db: AsyncSession, claimed: Sequence[Reminder], patients: Mapping[str, Patient], now: datetime
) -> Digests:
    """Choose which claimed or soon due reminders to send now. `patients`: the claimed reminders' patients, by id."""
    going = [reminder for reminder in claimed if not _is_new(reminder, now)]
    together: dict[tuple[str, str], list[Reminder]] = {}  # a reminder for the patient alone gets a digest of its own
    for reminder in claimed:
        if _is_new(reminder, now):
            together.setdefault((reminder.patient_id, reminder.audience), []).append(reminder)
    around = await _around(db, list({patient_id for patient_id, _ in together}), now)
    members: list[Reminder] = []
    for (patient_id, _), due in together.items():
        digest = _combine(db, patients[patient_id], due, around.get(patient_id, []), now)
        going += digest.going
        members += digest.members
    return Digests(going, members)


def _is_new(reminder: Reminder, now: datetime) -> bool:
    """Whether it may join a digest: for the patient, never sent, not expired. After a first send it goes on alone."""
    about_patient = reminder.audience in TO_PATIENT and reminder.kind in digest_rules.COMBINABLE
    return about_patient and reminder.notified_at is None and reminder.expires_at > now


async def _around(db: AsyncSession, patient_ids: list[str], now: datetime) -> dict[str, list[Reminder]]:
    """Patient id → the reminders sent within the last day, and those due by tomorrow at this time.

    A due reminder that another transaction has locked is left out: it must not hold up the others (case 135).
    """
    if not patient_ids:
        return {}
    day = timedelta(days=1)
    found = await db.scalars(AROUND, {"ids": patient_ids, "yesterday": now - day, "tomorrow": now + day})
    around: dict[str, list[Reminder]] = {}
    for reminder in await _without_locked(db, list(found)):
        around.setdefault(reminder.patient_id, []).append(reminder)
    return around


async def _without_locked(db: AsyncSession, found: list[Reminder]) -> list[Reminder]:
    """Lock the reminders that may still join a digest; leave out those that another transaction has locked."""
    waiting = {reminder.id for reminder in found if reminder.state == ReminderState.SCHEDULED}
    if not waiting:
        return found
    locked = waiting - set(await db.scalars(UNLOCKED, {"ids": waiting}))
    return [reminder for reminder in found if reminder.id not in locked]


def _combine(
    db: AsyncSession, patient: Patient, claimed: list[Reminder], around: list[Reminder], now: datetime
) -> Digests:
    if patient.paused_at is not None:
        return Digests(claimed)  # the sender ends each one and records the pause
    waiting = [
        r
        for r in around
        if r.notified_at is None and r.state == ReminderState.SCHEDULED and r.audience == claimed[0].audience
    ]
    later = [r for r in waiting if r.next_at <= now + digest_rules.TOGETHER]
    until = digest_rules.waits_until([_due(r) for r in claimed], [_due(r) for r in later], now)
    if until is not None:
        _put_off(claimed, until)
        return Digests([])
    early = [r for r in later if _comes_along(r, claimed, now)]
    group = {r.id: r for r in (*claimed, *early)}
    if digest_rules.must_wait([_due(r) for r in group.values()], *_sent_today(patient, around, now)):
        _postpone(db, patient, claimed, now)
        return Digests([])
    carrier = group.pop(digest_rules.carrier_of([_due(r) for r in group.values()]).id)
    for other in group.values():
        other.state, other.lease_until = ReminderState.COMBINED, None
        other.carrier_id, other.notified_at = carrier.id, now
        audit.record(Work(db, actor.system(carrier.clinic_id), now), "reminder.combined", other)
    carrier.notified_at = now
    return Digests([carrier if carrier in claimed else _claim(carrier, now)], list(group.values()))


def _comes_along(later: Reminder, claimed: list[Reminder], now: datetime) -> bool:
    """Whether it joins this digest: it is due, or may come early. A subject's own next reminder keeps its time."""
    if later.next_at <= now:
        return True
    own_next = later.subject_id in {reminder.subject_id for reminder in claimed}
    return not own_next and not digest_rules.is_last_call(_due(later)) and digest_rules.may_come_early(_due(later), now)


def _due(reminder: Reminder) -> Due:
    return Due(reminder.id, reminder.kind, reminder.moment, reminder.next_at, reminder.expires_at)


def _put_off(claimed: list[Reminder], until: datetime) -> None:
    for reminder in claimed:
        reminder.state, reminder.lease_until, reminder.next_at, reminder.tries = ReminderState.SCHEDULED, None, until, 0


def _sent_today(patient: Patient, around: list[Reminder], now: datetime) -> tuple[int, int]:
    """Count today's notifications, and today's visit reminders still to come; both without last calls."""
    start, end = digest_rules.day_of(patient.zone, now)
    counted = [r for r in around if not digest_rules.is_last_call(_due(r))]
    sent = [r for r in counted if r.notified_at is not None and start <= r.notified_at < end and r.carrier_id is None]
    coming = {
        r.next_at for r in counted if r.notified_at is None and r.kind == ReminderKind.VISIT and now < r.next_at < end
    }
    return len(sent), len(coming)


def _postpone(db: AsyncSession, patient: Patient, claimed: list[Reminder], now: datetime) -> None:
    """Postpone to the next morning if the reminder is still useful then; else end it and record why for staff."""
    quiet = read_quiet(patient.quiet_from, patient.quiet_until, patient.zone)
    morning = digest_rules.next_morning(patient.zone, quiet, now)
    for reminder in claimed:
        if reminder.expires_at > morning:
            _put_off([reminder], morning)
            continue
        reminder.state, reminder.reason, reminder.lease_until = ReminderState.SKIPPED, "enough was sent that day", None
        audit.record(Work(db, actor.system(reminder.clinic_id), now), "reminder.skipped", reminder)


def _claim(reminder: Reminder, now: datetime) -> Reminder:
    """Claim a reminder for this worker. The patient's row is locked, so no other worker can claim it."""
    reminder.state, reminder.lease_until = ReminderState.SENDING, now + rules.LEASE
    reminder.fence, reminder.tries = reminder.fence + 1, reminder.tries + 1
    return reminder
