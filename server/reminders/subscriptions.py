"""A device's push endpoint: taken, checked, taken over, ended."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.actor import Actor
from server.channels.push import check_subscription_keys
from server.channels.rules import BadEndpoint, BadKeys, HostList, check_endpoint
from server.db import unscoped
from server.people.models import Device, Subscription
from server.people.rules import Refused

MOST_OF_A_DEVICE = 100  # a browser changes its endpoint a few times a year


async def subscribe(
    db: AsyncSession, actor: Actor, endpoint: str, keys: tuple[str, str], hosts: HostList, now: datetime
) -> Subscription | Refused:
    """Keep this device's subscription. An endpoint that was another device's is this one's from now on (case 32)."""
    try:
        check_endpoint(endpoint, hosts)
        check_subscription_keys(*keys)
    except (BadEndpoint, BadKeys) as error:
        return Refused(str(error))
    if await _count(db, actor.device_id) >= MOST_OF_A_DEVICE:
        return Refused("this device has had too many endpoints")
    subscription = await _own_or_new(db, actor, endpoint, now)
    subscription.p256dh, subscription.auth = keys
    subscription.vapid_key = next(iter(crypto.keyring().vapid))
    subscription.started_at, subscription.ended_at, subscription.ended_why = now, None, None
    db.add(subscription)
    await db.flush()
    await _end_others(db, subscription, now)
    audit.record(db, actor, "subscription.taken", subscription, now)
    return subscription


async def _count(db: AsyncSession, device_id: str) -> int:
    return await db.scalar(select(func.count()).where(Subscription.device_id == device_id)) or 0


async def _own_or_new(db: AsyncSession, actor: Actor, endpoint: str, now: datetime) -> Subscription:
    """This device's row for the endpoint. Whoever held it before, in whatever clinic, holds it no longer."""
    endpoint_hash = crypto.keyed_hash(endpoint, "endpoint")
    with unscoped(db):
        held = await db.scalar(select(Subscription).where(Subscription.endpoint_hash == endpoint_hash))
    if held is not None and held.device_id == actor.device_id:
        return held
    if held is not None:
        held.ended_at, held.ended_why = held.ended_at or now, held.ended_why or "taken-over"
        held.endpoint_hash = crypto.keyed_hash(held.id, "endpoint-given-up")
        await db.flush()
    return Subscription(
        clinic_id=actor.clinic_id, device_id=actor.device_id, endpoint_hash=endpoint_hash, endpoint=endpoint
    )


async def _end_others(db: AsyncSession, kept: Subscription, now: datetime) -> None:
    """A device has one living endpoint; the one that a browser gave up is never told."""
    await db.execute(
        update(Subscription)
        .where(
            Subscription.device_id == kept.device_id,
            Subscription.id != kept.id,
            Subscription.ended_at.is_(None),
        )
        .values(ended_at=now, ended_why="replaced")
    )


async def unsubscribe(db: AsyncSession, actor: Actor, why: str, now: datetime) -> None:
    for subscription in await _living(db, actor.device_id):
        subscription.ended_at, subscription.ended_why = now, why
        audit.record(db, actor, "subscription.ended", subscription, now, why=why)


async def is_subscribed(db: AsyncSession, device_id: str) -> bool:
    return bool(await _living(db, device_id))


async def _living(db: AsyncSession, device_id: str) -> list[Subscription]:
    return list(
        await db.scalars(
            select(Subscription).where(Subscription.device_id == device_id, Subscription.ended_at.is_(None))
        )
    )


async def seen(db: AsyncSession, actor: Actor, now: datetime) -> None:
    """The app was opened on this device."""
    device = await db.get_one(Device, actor.device_id)
    device.seen_at = now
    audit.record(db, actor, "device.seen", device, now)
