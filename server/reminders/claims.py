"""Claiming what is due: one UPDATE with a lease and a fencing token, then an attempt's row for each try.

A worker that dies in between leaves attempts in `sending`; whoever claims next calls them `unknown`. An unknown
push is said again under the same tag; an unknown text or email never is.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.crypto import MissingKey
from server.people.models import Clinic, Patient, Subscription
from server.reminders import rules
from server.reminders.folding import fold_together
from server.reminders.leads import count_folded, folded_into, let_go
from server.reminders.models import Attempt, Reminder
from server.reminders.posts import Post, targets, write_attempt

BATCH = 100
UNREACHABLE = {
    "push": "no device takes reminders",
    "email": "no email address",
    "text": "no number, or no consent to text messages",
}


async def claim_due(db: AsyncSession, now: datetime, limit: int = BATCH) -> list[Reminder]:
    """Take what is due, or whose last worker's lease has ended. Nobody else gets it while the lease lasts."""
    due = (
        select(Reminder.id)
        .join(Patient, Patient.id == Reminder.patient_id)  # a patient is one worker's at a time: what is said together
        .where(
            or_(Reminder.state == "scheduled", (Reminder.state == "sending") & (Reminder.lease_until <= now)),
            Reminder.next_at <= now,
        )
        .order_by(Reminder.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True, of=[Reminder, Patient])
    )
    claimed = await db.scalars(
        update(Reminder)
        .where(Reminder.id.in_(due))
        .values(state="sending", lease_until=now + rules.LEASE, fence=Reminder.fence + 1, tries=Reminder.tries + 1)
        .returning(Reminder)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return list(claimed)


async def write_attempts(
    db: AsyncSession, claimed: Sequence[Reminder], now: datetime, base_url: str, able: Collection[str] = ("push",)
) -> list[Post]:
    """What the claimed reminders come to: nothing where it is too late, paused or unreachable; else posts."""
    await db.execute(
        update(Attempt)
        .where(Attempt.reminder_id.in_([r.id for r in claimed]), Attempt.state == "sending")
        .values(state="unknown", why="the worker stopped before it knew")
    )
    posts: list[Post] = []
    for reminder in await fold_together(db, claimed, now):
        try:
            posts += await _attempts_of(db, reminder, now, base_url, able)
        except (ValueError, MissingKey):  # one row that does not open must not keep the others waiting
            end(db, reminder, "failed", "its row does not open", now)
        if reminder.state not in ("sending", "sent"):
            await let_go(db, reminder, now)
    await db.flush()
    return posts


async def _attempts_of(
    db: AsyncSession, reminder: Reminder, now: datetime, base_url: str, able: Collection[str]
) -> list[Post]:
    patient = await db.get_one(Patient, reminder.patient_id)
    if reminder.expires_at <= now:
        return end(db, reminder, "missed", "its time had passed", now)
    if patient.paused_at is not None and reminder.staff_id is None:
        return end(db, reminder, "cancelled", "paused", now)
    clinic = await db.get_one(Clinic, reminder.clinic_id)
    steps = rules.steps_for(reminder.kind, clinic.reach, able)
    if reminder.turn_at is not None and reminder.turn_at <= now:
        reminder.step, reminder.turn_at = reminder.step + 1, None
    return await _take_turn(db, reminder, patient, steps, now, base_url)


async def _take_turn(
    db: AsyncSession, reminder: Reminder, patient: Patient, steps: Sequence[rules.Step], now: datetime, base_url: str
) -> list[Post]:
    """The first channel, from this one on, that has somebody to try."""
    why = reminder.why or "no channel is set up"
    for index in range(reminder.step, len(steps)):
        channel = steps[index].channel
        reminder.step = index
        found = await targets(db, reminder, patient, channel)
        if found:
            reminder.turn_at = reminder.turn_at or rules.turn_ends(steps, index, now, reminder.expires_at)
            folded = await folded_into(db, reminder)
            return [write_attempt(db, reminder, patient, channel, target, folded, now, base_url) for target in found]
        if await _went_out(db, reminder, channel):
            return end(db, reminder, "sent", None, now)
        why, reminder.turn_at = UNREACHABLE[channel], None
    reached = await _went_out(db, reminder, None)
    return end(db, reminder, "unreached" if reached else "failed", "no device showed it" if reached else why, now)


async def _went_out(db: AsyncSession, reminder: Reminder, channel: str | None) -> bool:
    """Whether anything on this channel (or any) may have gone out."""
    query = select(func.count()).where(Attempt.reminder_id == reminder.id, Attempt.state != "failed")
    if channel:
        query = query.where(Attempt.channel == channel)
    return bool(await db.scalar(query))


def end(db: AsyncSession, reminder: Reminder, state: str, why: str | None, now: datetime) -> list[Post]:
    """Settle a claimed reminder; a sent one keeps its turn, after which the next channel is tried."""
    reminder.state, reminder.why, reminder.lease_until = state, why, None
    audit.record(db, actor.system(reminder.clinic_id), f"reminder.{state}", reminder, now)
    return []


async def still_ours(db: AsyncSession, post: Post) -> bool:
    """Read again just before the send: cancelled, moved, paused or taken over by another worker means no."""
    row = (
        await db.execute(
            select(Reminder.state, Reminder.fence, Reminder.staff_id, Patient.paused_at)
            .join(Patient, Patient.id == Reminder.patient_id)
            .where(Reminder.id == post.reminder_id)
        )
    ).one_or_none()
    if row is None or row.state != "sending" or row.fence != post.fence:
        return False
    ended = (
        select(Subscription.ended_at)
        .join(Attempt, Attempt.subscription_id == Subscription.id)
        .where(Attempt.id == post.attempt_id)
    )
    if await db.scalar(ended) is not None:
        return False
    return row.paused_at is None or row.staff_id is not None


async def still_so(db: AsyncSession, post: Post) -> bool:
    """Whether all that it says is still to be said: what was folded into it may have been called off since."""
    return not post.folded or await count_folded(db, post.reminder_id) == post.folded


async def next_due(db: AsyncSession) -> datetime | None:
    """The next moment at which a tick has something to do."""
    scheduled = select(func.min(Reminder.next_at)).where(Reminder.state == "scheduled")
    leased = select(func.min(Reminder.lease_until)).where(Reminder.state == "sending")
    turns = select(func.min(Reminder.turn_at)).where(Reminder.state == "sent")
    moments = [await db.scalar(query) for query in (scheduled, leased, turns)]
    return min((moment for moment in moments if moment is not None), default=None)
