"""From due to sent, in call order: claim, write attempts, send after the commit, write what came of it.

A claim is one UPDATE with a lease and a fencing token. A worker that dies in between leaves attempts in
`sending`; whoever claims next calls them `unknown` and says the same thing again under the same tag.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit, crypto, language
from server.channels.protocol import Channel, Message, Outcome, Result
from server.channels.push import PushAddress
from server.clock import Clock
from server.db import Database
from server.people.models import Caregiver, Device, Patient, Subscription
from server.reminders import rules
from server.reminders.models import Attempt, Reminder
from server.reminders.words import payload, words_for

log = structlog.get_logger()
BATCH = 100
AT_ONCE = 20  # sends to one push service; one that hangs keeps nobody else waiting


@dataclass(frozen=True)
class Post:
    """One push to be made: all that it takes, so that no database is held while it is."""

    attempt_id: str
    reminder_id: str
    fence: int
    address: PushAddress
    message: Message


class Sender:
    def __init__(self, database: Database, push: Channel, clock: Clock, base_url: str) -> None:
        self.database, self.push, self.clock, self.base_url = database, push, clock, base_url

    async def tick(self) -> int:
        """Send what is due now; how many reminders were claimed."""
        now = self.clock()
        async with self.database.writing() as db:
            claimed = await claim_due(db, now)
            posts = await write_attempts(db, claimed, now, self.base_url)
        await self._send_all(posts)
        return len(claimed)

    async def _send_all(self, posts: Sequence[Post]) -> None:
        gates: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        outcomes = await asyncio.gather(*(self._send(post, gates[_service(post)]) for post in posts))
        if not posts:
            return
        done = list(zip(posts, outcomes, strict=True))
        async with self.database.writing() as db:
            await write_outcomes(db, done, self.clock())

    async def _send(self, post: Post, gate: asyncio.Semaphore) -> Outcome:
        async with gate:
            async with self.database.reading() as db:
                if not await still_ours(db, post):
                    return Outcome(Result.REJECTED, why="withdrawn")
            return await self.push.send(post.address, post.message)


def _service(post: Post) -> str:
    return urlsplit(post.address.endpoint).netloc


async def claim_due(db: AsyncSession, now: datetime, limit: int = BATCH) -> list[Reminder]:
    """Take what is due, or whose last worker's lease has ended. Nobody else gets it while the lease lasts."""
    due = (
        select(Reminder.id)
        .where(
            or_(
                Reminder.state == "scheduled",
                (Reminder.state == "sending") & (Reminder.lease_until <= now),
            ),
            Reminder.next_at <= now,
        )
        .order_by(Reminder.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = await db.scalars(
        update(Reminder)
        .where(Reminder.id.in_(due))
        .values(state="sending", lease_until=now + rules.LEASE, fence=Reminder.fence + 1, tries=Reminder.tries + 1)
        .returning(Reminder)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return list(claimed)


async def write_attempts(db: AsyncSession, claimed: Sequence[Reminder], now: datetime, base_url: str) -> list[Post]:
    """What the claimed reminders come to: nothing where it is too late, paused or unreachable; else posts."""
    await db.execute(
        update(Attempt)
        .where(Attempt.reminder_id.in_([r.id for r in claimed]), Attempt.state == "sending")
        .values(state="unknown", why="the worker stopped before it knew")
    )
    posts: list[Post] = []
    for reminder in claimed:
        posts += await _attempts_of(db, reminder, now, base_url)
    await db.flush()
    return posts


async def _attempts_of(db: AsyncSession, reminder: Reminder, now: datetime, base_url: str) -> list[Post]:
    patient = await db.get_one(Patient, reminder.patient_id)
    if reminder.expires_at <= now:
        return _end(db, reminder, "missed", "its time had passed", now)
    if patient.paused_at is not None and reminder.staff_id is None:
        return _end(db, reminder, "cancelled", "paused", now)
    subscriptions = await subscriptions_for(db, reminder)
    if not subscriptions:
        return _end(db, reminder, "failed", "no device takes reminders", now)
    waiting = [s for s in subscriptions if s.id not in await _reached(db, reminder)]
    if not waiting:
        return _end(db, reminder, "sent", None, now)
    return [_attempt(db, reminder, patient, subscription, now, base_url) for subscription in waiting]


def _end(db: AsyncSession, reminder: Reminder, state: str, why: str | None, now: datetime) -> list[Post]:
    reminder.state, reminder.why, reminder.lease_until = state, why, None
    audit.record(db, actor.system(reminder.clinic_id), f"reminder.{state}", reminder, now)
    return []


async def subscriptions_for(db: AsyncSession, reminder: Reminder) -> list[Subscription]:
    """The living subscriptions of whom the reminder is for: a staff member, one device, or patient and caregivers."""
    whose = select(Device.id).where(Device.ended_at.is_(None))
    if reminder.staff_id:
        whose = whose.where(Device.staff_id == reminder.staff_id)
    elif reminder.device_id:
        whose = whose.where(Device.id == reminder.device_id)
    else:
        helpers = select(Caregiver.id).where(Caregiver.patient_id == reminder.patient_id, Caregiver.ended_at.is_(None))
        whose = whose.where(or_(Device.patient_id == reminder.patient_id, Device.caregiver_id.in_(helpers)))
    return list(
        await db.scalars(select(Subscription).where(Subscription.device_id.in_(whose), Subscription.ended_at.is_(None)))
    )


async def _reached(db: AsyncSession, reminder: Reminder) -> set[str | None]:
    return set(
        await db.scalars(
            select(Attempt.subscription_id).where(Attempt.reminder_id == reminder.id, Attempt.accepted_at.is_not(None))
        )
    )


def _attempt(
    db: AsyncSession, reminder: Reminder, patient: Patient, to: Subscription, now: datetime, base_url: str
) -> Post:
    token = crypto.new_token()
    attempt = Attempt(
        clinic_id=reminder.clinic_id,
        reminder_id=reminder.id,
        channel="push",
        subscription_id=to.id,
        device_id=to.device_id,
        token_hash=crypto.token_hash(token),
        state="sending",
        fence=reminder.fence,
        started_at=now,
    )
    db.add(attempt)
    audit.record(db, actor.system(reminder.clinic_id), "attempt.begun", attempt, now)
    return Post(
        attempt_id=attempt.id,
        reminder_id=reminder.id,
        fence=reminder.fence,
        address=PushAddress(to.endpoint, to.p256dh, to.auth, to.vapid_key),
        message=_message(reminder, patient, token, now, base_url),
    )


def _message(reminder: Reminder, patient: Patient, token: str, now: datetime, base_url: str) -> Message:
    locale = "en" if reminder.staff_id else patient.locale
    with language.speaking(locale):
        words = words_for(reminder.kind, reminder.detail if patient.detailed_text else None)
    return Message(
        id=reminder.id,
        body=payload(
            words,
            reminder_id=reminder.id,
            token=token,
            address=f"{base_url}{reminder.path}?from={token}",
            reply="/visits/reply",
            locale=locale,
        ),
        ttl=max(int((reminder.expires_at - now).total_seconds()), 0),
        urgency="normal" if reminder.kind in ("check-in", "nudge") else "high",
    )


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
    return row.paused_at is None or row.staff_id is not None


async def write_outcomes(db: AsyncSession, done: Sequence[tuple[Post, Outcome]], now: datetime) -> None:
    """Write what came of each post; a worker fenced off in the meantime writes nothing over the other's."""
    by_reminder: dict[str, list[tuple[Post, Outcome]]] = {}
    for post, outcome in done:
        await _write_attempt(db, post, outcome, now)
        by_reminder.setdefault(post.reminder_id, []).append((post, outcome))
    for reminder_id, pairs in by_reminder.items():
        reminder = await db.get(Reminder, reminder_id, populate_existing=True)
        if reminder is not None and reminder.state == "sending" and reminder.fence == pairs[0][0].fence:
            _write_reminder(db, reminder, [outcome for _, outcome in pairs], now)


STATES = {Result.ACCEPTED: "accepted", Result.UNKNOWN: "unknown"}


async def _write_attempt(db: AsyncSession, post: Post, outcome: Outcome, now: datetime) -> None:
    attempt = await db.get_one(Attempt, post.attempt_id, populate_existing=True)
    attempt.status, attempt.why = outcome.status, outcome.why or None
    if attempt.state == "sending":  # a receipt may have been quicker than the push service's own answer
        attempt.state = STATES.get(outcome.result, "failed")
    if outcome.result is Result.ACCEPTED:
        attempt.accepted_at = attempt.accepted_at or now
    if outcome.result is Result.GONE and attempt.subscription_id:
        await _end_subscription(db, attempt.subscription_id, now)
    audit.record(db, actor.system(attempt.clinic_id), f"attempt.{outcome.result.value}", attempt, now)


async def _end_subscription(db: AsyncSession, subscription_id: str, now: datetime) -> None:
    subscription = await db.get_one(Subscription, subscription_id)
    subscription.ended_at = subscription.ended_at or now
    subscription.ended_why = subscription.ended_why or "gone"


def _write_reminder(db: AsyncSession, reminder: Reminder, outcomes: list[Outcome], now: datetime) -> None:
    again = [o for o in outcomes if o.result in (Result.LATER, Result.UNKNOWN, Result.REFUSED)]
    if again and reminder.tries < rules.MOST_TRIES:
        reminder.state, reminder.lease_until = "scheduled", None
        reminder.next_at = now + _wait(reminder.tries, again)
    elif any(o.result is Result.ACCEPTED for o in outcomes):
        _end(db, reminder, "sent", None, now)
    else:
        _end(db, reminder, "failed", outcomes[0].why[:60] or outcomes[0].result.value, now)


def _wait(tries: int, again: list[Outcome]) -> timedelta:
    asked = max((o.retry_after or 0.0 for o in again), default=0.0)
    if any(o.result is Result.REFUSED for o in again):
        asked = max(asked, rules.REFUSED_WAIT)
    if any(o.result is Result.UNKNOWN for o in again):
        asked = max(asked, rules.LEASE.total_seconds())  # its receipt has this long to come first
    return rules.backoff(tries, asked, random.random())  # noqa: S311  # spreads a crowd, guards nothing


async def next_due(db: AsyncSession) -> datetime | None:
    """The next moment at which a tick has something to do."""
    return await db.scalar(
        select(Reminder.next_at).where(Reminder.state == "scheduled").order_by(Reminder.next_at).limit(1)
    )
