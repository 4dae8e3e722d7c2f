"""A device's push subscription: check and store it, take over its endpoint, end it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import device_replacement, sessions
from server.access.models import Device, Subscription
from server.access.rules import SubscriptionEnd
from server.channels.push.endpoints import BadEndpoint, check_endpoint
from server.channels.push.host_list import HostList
from server.channels.push.subscription_keys import BadKeys, check_subscription_keys
from server.channels.push.vapid_keys import vapid_public_key
from server.db import Work, unscoped
from server.devices import refused_services

MOST_OF_A_DEVICE = 100  # endpoints; a browser changes its endpoint a few times a year


@dataclass(frozen=True)
class NewSubscription:
    """A subscription as reported. `vapid_public` is the key that it was made with; "" means the current one."""

    endpoint: str
    p256dh: str
    auth: str
    vapid_public: str = ""


SubscriptionFault = Literal["bad-address", "bad-keys", "too-many", "unknown-service"]


@dataclass(frozen=True)
class NotSubscribed:
    """`detail` helps developers of the device's script; the page has words only for "unknown-service"."""

    reason: SubscriptionFault
    detail: str = ""


async def subscribe(
    work: Work, new: NewSubscription, hosts: HostList, sharing: Collection[str] = ()
) -> Subscription | NotSubscribed:
    """Store this device's subscription. If another device had the endpoint, this one takes it over (case 32).

    Devices whose ids are in `sharing` keep theirs: they are the same phone, for other patients (case 97).
    """
    try:
        check_endpoint(new.endpoint, hosts)
        check_subscription_keys(new.p256dh, new.auth)
    except BadEndpoint as error:
        if not error.service:
            return NotSubscribed("bad-address", str(error))
        await refused_services.count(work.db, error.service, work.now)
        return NotSubscribed("unknown-service")
    except BadKeys as error:
        return NotSubscribed("bad-keys", str(error))
    if await _count(work.db, work.actor.device_id) >= MOST_OF_A_DEVICE:
        return NotSubscribed("too-many", "this device has had too many endpoints")
    subscription = await _own_or_new(work, new.endpoint, sharing)
    subscription.p256dh, subscription.auth = new.p256dh, new.auth
    subscription.vapid_key = key_id_of(new.vapid_public)
    subscription.started_at, subscription.ended_at, subscription.end_reason = work.now, None, None
    work.db.add(subscription)
    await work.db.flush()
    await _end_others(work.db, subscription, work.now)
    audit.record(work, "subscription.started", subscription)
    return subscription


def key_id_of(vapid_public: str) -> str:
    """The id of the VAPID key with this public half; the current key's id if we don't have that key."""
    vapid = crypto.keyring().vapid
    ids = (key_id for key_id, private in vapid.items() if vapid_public_key(private) == vapid_public)
    return next(ids, next(iter(vapid)))


async def _count(db: AsyncSession, device_id: str) -> int:
    return await db.scalar(select(func.count()).where(Subscription.device_id == device_id)) or 0


async def _own_or_new(work: Work, endpoint: str, sharing: Collection[str]) -> Subscription:
    """This device's row for the endpoint. Devices that had the endpoint before lose it, in any clinic."""
    endpoint_hash = crypto.keyed_hash(endpoint, "endpoint")
    with unscoped(work.db):
        existing = list(await work.db.scalars(select(Subscription).where(Subscription.endpoint_hash == endpoint_hash)))
    own = next((each for each in existing if each.device_id == work.actor.device_id), None)
    for other in existing:
        if other is own or other.device_id in sharing:
            continue
        if await _take_over(work, other, has_own=own is not None):
            own = other
    return own or Subscription(
        clinic_id=work.actor.clinic_id, device_id=work.actor.device_id, endpoint_hash=endpoint_hash, endpoint=endpoint
    )


async def _take_over(work: Work, existing: Subscription, has_own: bool) -> bool:
    """Two devices with one endpoint are one browser. True if the same person keeps the row; otherwise the row ends.

    The row also ends if the new device has a row of its own (`has_own`).
    """
    with unscoped(work.db):
        before = await work.db.get_one(Device, existing.device_id)
    own = await work.db.get_one(Device, work.actor.device_id)
    is_same = sessions.owner(before) == sessions.owner(own)
    goes_on = existing.ended_at is None and before.ended_at is None and is_same and not has_own
    if not goes_on:
        existing.ended_at, existing.end_reason = (
            existing.ended_at or work.now,
            existing.end_reason or SubscriptionEnd.TAKEN_OVER,
        )
        existing.endpoint_hash = crypto.keyed_hash(existing.id, "endpoint-given-up")
        await work.db.flush()
    await device_replacement.replace_device(work.db, before, own, work.now)
    if goes_on:
        await work.db.refresh(existing)
    return goes_on


async def _end_others(db: AsyncSession, kept: Subscription, now: datetime) -> None:
    """End the device's other subscriptions: it has one active endpoint, and browsers don't report dropped ones."""
    await db.execute(
        update(Subscription)
        .where(
            Subscription.device_id == kept.device_id,
            Subscription.id != kept.id,
            Subscription.ended_at.is_(None),
        )
        .values(ended_at=now, end_reason=SubscriptionEnd.REPLACED)
    )


async def unsubscribe(work: Work, why: SubscriptionEnd) -> None:
    for subscription in await living(work.db, work.actor.device_id):
        subscription.ended_at, subscription.end_reason = work.now, why
        audit.record(work, "subscription.ended", subscription, why=why)


async def is_subscribed(db: AsyncSession, device_id: str) -> bool:
    return bool(await living(db, device_id))


async def living(db: AsyncSession, device_id: str) -> list[Subscription]:
    """The device's subscriptions that have not ended."""
    return list(
        await db.scalars(
            select(Subscription).where(Subscription.device_id == device_id, Subscription.ended_at.is_(None))
        )
    )
