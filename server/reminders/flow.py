"""The verbs about reminders up to their moment, and after: plan, cancel, receipts, answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.actor import Actor
from server.people.models import Device, Patient
from server.reminders import rules
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import Planned, Quiet

Event = Literal["shown", "opened", "answered"]
PENDING = ("scheduled", "sending")


@dataclass(frozen=True)
class Told:
    """A reminder, each try at saying it, and the one word that is true of it."""

    reminder: Reminder
    attempts: list[Attempt]

    @property
    def state(self) -> str:
        if self.reminder.answered_at is not None:
            return "answered"
        return rules.fold(self.reminder.state, [attempt.state for attempt in self.attempts])


async def replan(
    db: AsyncSession,
    actor: Actor,
    *,
    patient_id: str,
    subject_id: str,
    planned: Sequence[Planned],
    path: str,
    detail: str | None,
    now: datetime,
) -> None:
    """Make the pending reminders of a subject be exactly `planned`; what was already sent stays as it is."""
    quiet = quiet_of(await db.get_one(Patient, patient_id))
    wanted = {(plan.kind, plan.moment): plan for plan in planned}
    for reminder in await of_subject(db, subject_id):
        plan = wanted.pop((reminder.kind, reminder.moment), None)
        if plan is None:
            _cancel(reminder, "replanned")
        elif reminder.state in ("cancelled", *PENDING):
            _renew(reminder, plan, path, detail, rules.heard_at(plan, quiet, now))
    for plan in wanted.values():
        reminder = Reminder(
            clinic_id=actor.clinic_id,
            patient_id=patient_id,
            kind=plan.kind,
            subject_id=subject_id,
            moment=plan.moment,
            next_at=rules.heard_at(plan, quiet, now),
            expires_at=plan.expires_at,
            path=path,
            detail=detail,
        )
        db.add(reminder)
        audit.record(db, actor, "reminder.planned", reminder, now)
    await db.flush()
    await _wake_workers(db)


def quiet_of(patient: Patient) -> Quiet | None:
    if not patient.quiet_from or not patient.quiet_until:
        return None
    return Quiet(time.fromisoformat(patient.quiet_from), time.fromisoformat(patient.quiet_until), patient.zone)


def _renew(reminder: Reminder, plan: Planned, path: str, detail: str | None, heard_at: datetime) -> None:
    """Its words and its end are the newest; its time too, unless it is being said already."""
    if reminder.state == "cancelled":
        reminder.state, reminder.why = "scheduled", None
        reminder.step, reminder.turn_at, reminder.tries = 0, None, 0
    if reminder.state == "scheduled" and reminder.tries == 0:
        reminder.next_at = heard_at
    reminder.expires_at, reminder.path, reminder.detail = plan.expires_at, path, detail


def _cancel(reminder: Reminder, why: str) -> None:
    if reminder.state in PENDING:
        reminder.state, reminder.why = "cancelled", why


async def keep_quiet(db: AsyncSession, actor: Actor, patient: Patient, now: datetime) -> None:
    """The patient's quiet hours changed: what is still to come is said outside the new ones."""
    quiet = quiet_of(patient)
    coming = select(Reminder).where(
        Reminder.patient_id == patient.id,
        Reminder.staff_id.is_(None),
        Reminder.state == "scheduled",
        Reminder.tries == 0,
        Reminder.moment > now,
    )
    for reminder in await db.scalars(coming):
        plan = Planned(reminder.kind, reminder.moment, reminder.expires_at)
        reminder.next_at = rules.heard_at(plan, quiet, now)
        audit.record(db, actor, "reminder.quieted", reminder, now)
    await _wake_workers(db)


async def cancel(db: AsyncSession, actor: Actor, subject_id: str, why: str, now: datetime) -> None:
    """Stop what is still to be said of a subject."""
    for reminder in await of_subject(db, subject_id):
        if reminder.state in PENDING:
            _cancel(reminder, why)
            audit.record(db, actor, "reminder.cancelled", reminder, now, why=why)


async def remind_now(
    db: AsyncSession,
    actor: Actor,
    *,
    kind: str,
    patient_id: str,
    subject_id: str,
    path: str,
    now: datetime,
    expires_at: datetime,
    staff_id: str | None = None,
    device_id: str | None = None,
) -> Reminder:
    """Something to say at once: a test, or an alert to a staff member. The worker sends it in its next second."""
    reminder = Reminder(
        clinic_id=actor.clinic_id,
        patient_id=patient_id,
        staff_id=staff_id,
        device_id=device_id,
        audience=staff_id or device_id or "patient",
        kind=kind,
        subject_id=subject_id,
        moment=now,
        next_at=now,
        expires_at=expires_at,
        path=path,
        detail=None,
    )
    db.add(reminder)
    await db.flush()
    audit.record(db, actor, "reminder.now", reminder, now, kind=kind)
    await _wake_workers(db)
    return reminder


async def _wake_workers(db: AsyncSession) -> None:
    """PostgreSQL tells sleeping workers once this commits; on SQLite they notice the write themselves."""
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(text("NOTIFY reminders"))


async def of_subject(db: AsyncSession, subject_id: str) -> list[Reminder]:
    return list(await db.scalars(select(Reminder).where(Reminder.subject_id == subject_id).order_by(Reminder.moment)))


async def take_receipt(db: AsyncSession, token: str, event: Event, now: datetime) -> bool:
    """A device says what became of an attempt. Each is kept once, the first time it is told; False for a bad token."""
    attempt = await _attempt(db, token)
    if attempt is None:
        return False
    _mark(attempt, event, now)
    actor = Actor("system", "device", attempt.clinic_id)
    audit.record(db, actor, f"attempt.{event}", attempt, now)
    return True


def _mark(attempt: Attempt, event: Event, now: datetime) -> None:
    """`opened` implies `shown`, which implies `accepted`: a lost receipt is made up by the next."""
    reached = {
        "shown": ("shown",),
        "opened": ("shown", "opened"),
        "answered": ("shown", "opened", "answered"),
    }
    attempt.accepted_at = attempt.accepted_at or now
    for step in reached[event]:
        if getattr(attempt, f"{step}_at") is None:
            setattr(attempt, f"{step}_at", now)
    if attempt.state not in rules.LADDER or rules.LADDER.index(event) < rules.LADDER.index(attempt.state):
        attempt.state = event


async def behind(db: AsyncSession, token: str, kind: str) -> Reminder | None:
    """The reminder that a token stands for while it lives: not once its subject was called off, nor in a pause."""
    attempt = await _attempt(db, token)
    reminder = await db.get(Reminder, attempt.reminder_id) if attempt else None
    if attempt is None or reminder is None or reminder.kind != kind or reminder.state == "cancelled":
        return None
    if attempt.device_id and (await db.get_one(Device, attempt.device_id)).ended_at is not None:
        return None
    paused = (await db.get_one(Patient, reminder.patient_id)).paused_at is not None
    return None if paused else reminder


async def redeem(db: AsyncSession, token: str, kind: str, now: datetime) -> Reminder | None:
    """Take the answer that a token carries; it does this one thing. Marks attempt and reminder answered."""
    reminder = await behind(db, token, kind)
    attempt = await _attempt(db, token)
    if reminder is None or attempt is None:
        return None
    _mark(attempt, "answered", now)
    reminder.answered_at = reminder.answered_at or now
    audit.record(db, Actor("system", "device", reminder.clinic_id), "reminder.answered", reminder, now)
    return reminder


async def _attempt(db: AsyncSession, token: str) -> Attempt | None:
    return await db.scalar(select(Attempt).where(Attempt.token_hash == crypto.token_hash(token)))


async def settle(db: AsyncSession, actor: Actor, subject_id: str, now: datetime) -> None:
    """The subject was answered on any way: what was sent counts as answered, what is to come stops."""
    await note_answered(db, actor, subject_id, now)
    await cancel(db, actor, subject_id, "answered", now)


async def note_answered(db: AsyncSession, actor: Actor, subject_id: str, now: datetime) -> None:
    """What was sent of the subject counts as answered; what is to come stays."""
    for reminder in await of_subject(db, subject_id):
        if reminder.state == "sent" and reminder.answered_at is None:
            reminder.answered_at = now
            audit.record(db, actor, "reminder.answered", reminder, now)


async def of_patient(db: AsyncSession, patient_id: str, until: datetime, limit: int = 20) -> list[Told]:
    """The newest reminders of a patient due before `until`, with their attempts, for staff."""
    reminders = list(
        await db.scalars(
            select(Reminder)
            .where(
                Reminder.patient_id == patient_id,
                Reminder.staff_id.is_(None),
                Reminder.why.is_distinct_from("replanned"),
                Reminder.moment < until,
            )
            .order_by(Reminder.moment.desc())
            .limit(limit)
        )
    )
    return await with_attempts(db, reminders)


async def with_attempts(db: AsyncSession, reminders: list[Reminder]) -> list[Told]:
    found = await db.scalars(
        select(Attempt).where(Attempt.reminder_id.in_([r.id for r in reminders])).order_by(Attempt.started_at)
    )
    by_reminder: dict[str, list[Attempt]] = {}
    for attempt in found:
        by_reminder.setdefault(attempt.reminder_id, []).append(attempt)
    return [Told(reminder, by_reminder.get(reminder.id, [])) for reminder in reminders]


async def not_reached(db: AsyncSession, actor: Actor, now: datetime) -> list[Reminder]:
    """Visits' reminders that no channel brought to anybody's eyes, while a call can still help; soonest first."""
    found = await db.scalars(
        select(Reminder)
        .where(
            Reminder.clinic_id == actor.clinic_id,
            Reminder.kind == "visit",
            Reminder.expires_at > now,
            Reminder.state.in_(("unreached", "failed", "missed")),
            Reminder.answered_at.is_(None),
        )
        .order_by(Reminder.expires_at)
    )
    return list(found)
