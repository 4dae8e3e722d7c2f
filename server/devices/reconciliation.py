"""When the app opens, tell the browser what to do so that its subscription and ours match."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from server import audit, crypto
from server.access.models import Device, Subscription
from server.access.rules import SubscriptionEnd
from server.db import Work
from server.devices.subscriptions import key_id_of, living, unsubscribe


class Permission(StrEnum):
    """Whether the browser may show notifications; NONE if it cannot. The first three are the browser's own words."""

    GRANTED = "granted"
    DENIED = "denied"
    DEFAULT = "default"
    NONE = "none"

    @classmethod
    def read(cls, word: str) -> "Permission":
        """An unknown word counts as "not asked yet"."""
        return cls(word) if word in tuple(cls) else cls.DEFAULT


class NextStep(StrEnum):
    """The browser's next step so that both sides match: nothing, tell us its endpoint, or subscribe again."""

    FINE = "fine"
    TELL = "tell"
    SUBSCRIBE = "subscribe"


@dataclass(frozen=True)
class Opened:
    """A browser's report when the app opens: its permission, its endpoint and that endpoint's VAPID key."""

    permission: Permission
    endpoint: str
    vapid_public: str


async def reconcile(work: Work, opened: Opened) -> NextStep:
    """The browser's next step so that both sides match: "fine" (nothing), "tell" its endpoint, or "subscribe" again.

    `pushsubscriptionchange` may never come (case 37), and a new VAPID key needs a new subscription (case 34).
    """
    await seen(work)
    if opened.permission in (Permission.DENIED, Permission.NONE):
        await unsubscribe(work, SubscriptionEnd.DENIED)
        return NextStep.FINE
    if not opened.endpoint:
        return await _without_endpoint(work, opened)
    current = next(iter(crypto.keyring().vapid))
    if opened.vapid_public and key_id_of(opened.vapid_public) != current:
        return NextStep.SUBSCRIBE
    existing = await living(work.db, work.actor.device_id)
    if any(subscription.endpoint == opened.endpoint for subscription in existing):
        return NextStep.FINE if existing[0].vapid_key == current else NextStep.SUBSCRIBE
    return NextStep.TELL


def most_needed(steps: Sequence[NextStep]) -> NextStep:
    """The next step that serves everyone on the phone: subscribing again also tells us the endpoint."""
    return next((step for step in (NextStep.SUBSCRIBE, NextStep.TELL) if step in steps), NextStep.FINE)


async def _without_endpoint(work: Work, opened: Opened) -> NextStep:
    """The browser has no subscription: it lost it, never had one, or the person turned reminders off."""
    await unsubscribe(work, SubscriptionEnd.GONE)
    last = await work.db.scalar(
        select(Subscription.end_reason)
        .where(Subscription.device_id == work.actor.device_id)
        .order_by(Subscription.started_at.desc(), Subscription.ended_at.desc())
        .limit(1)
    )
    return (
        NextStep.SUBSCRIBE
        if opened.permission == Permission.GRANTED
        and last in (SubscriptionEnd.GONE, SubscriptionEnd.DENIED, SubscriptionEnd.REPLACED)
        else NextStep.FINE
    )


async def seen(work: Work) -> None:
    """Record that the app was opened on this device."""
    device = await work.db.get_one(Device, work.actor.device_id)
    device.seen_at = work.now
    audit.record(work, "device.seen", device)
