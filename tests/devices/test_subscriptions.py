"""A device's push endpoint: one at a time, and taken over by the next person on the phone (cases 32, 33, 34)."""

from collections.abc import Awaitable, Callable

import pytest

from server import crypto
from server.access.models import Subscription
from server.access.rules import SubscriptionEnd
from server.actor import Actor
from server.channels.push.host_list import HostList
from server.db import Database, Work, scope
from server.devices import subscriptions
from server.devices.subscriptions import NotSubscribed
from server.people.models import Caregiver, Patient, Staff
from tests.cast import NOW, Cast, acting
from tests.stories import PUSH, audited, browser_keys, device_of, rows

Subscribe = Callable[[Patient | Caregiver | Staff, str], Awaitable[Subscription | NotSubscribed]]


@pytest.fixture
def subscribe(database: Database, cast: Cast) -> Subscribe:
    """A new device of this person subscribes with this endpoint, in a request of its own."""

    async def take(person: Patient | Caregiver | Staff, endpoint: str) -> Subscription | NotSubscribed:
        async with database.writing() as db:
            device = await device_of(db, person)
            scope(db, person.clinic_id)
            return await subscriptions.subscribe(
                Work(db, as_device(person, device.id), NOW),
                subscriptions.NewSubscription(endpoint, *browser_keys()),
                HostList.parse(""),
            )

    return take


def as_device(person: Patient | Caregiver | Staff, device_id: str) -> Actor:
    who = acting(person)
    return Actor(who.kind, who.id, who.clinic_id, patient_id=who.patient_id, device_id=device_id)


async def living(database: Database) -> list[Subscription]:
    return await rows(database, Subscription, Subscription.ended_at.is_(None))


async def test_the_secrets_of_a_subscription_are_sealed(database: Database, cast: Cast, subscribe: Subscribe) -> None:
    taken = await subscribe(cast.rosa, PUSH + "one")
    assert isinstance(taken, Subscription)
    [stored] = await living(database)
    assert (stored.endpoint, stored.clinic_id) == (PUSH + "one", cast.harbor.id)
    assert stored.vapid_key == next(iter(crypto.keyring().vapid))
    raw = stored.endpoint_sealed + stored.p256dh_sealed + stored.auth_sealed + stored.endpoint_hash.encode()
    assert b"fcm" not in raw
    assert stored.auth.encode() not in raw
    assert await audited(database, stored.id) == ["subscription.started"]


@pytest.mark.parametrize("stranger", ["walter", "luis", "helen", "maria"])
async def test_case_32_the_next_person_on_a_phone_takes_over_its_endpoint(
    database: Database, cast: Cast, subscribe: Subscribe, stranger: str
) -> None:
    """Another person signs in on the same browser, even of another clinic."""
    first = await subscribe(cast.rosa, PUSH + "shared")
    second = await subscribe(getattr(cast, stranger), PUSH + "shared")
    assert isinstance(first, Subscription)
    assert isinstance(second, Subscription)
    assert [row.id for row in await living(database)] == [second.id]
    ended = {row.id: row.end_reason for row in await rows(database, Subscription)}
    assert ended[first.id] == "taken-over"


async def test_case_32_the_first_person_can_take_the_endpoint_back(
    database: Database, cast: Cast, subscribe: Subscribe
) -> None:
    for person in (cast.rosa, cast.walter, cast.rosa, cast.helen, cast.rosa):
        last = await subscribe(person, PUSH + "shared")
    assert isinstance(last, Subscription)
    assert [row.id for row in await living(database)] == [last.id]


async def test_a_device_has_one_active_endpoint(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        device = await device_of(db, cast.rosa)
        actor = as_device(cast.rosa, device.id)
        for name in ("one", "two", "two"):
            await subscriptions.subscribe(
                Work(db, actor, NOW), subscriptions.NewSubscription(PUSH + name, *browser_keys()), HostList.parse("")
            )
    assert [row.endpoint for row in await living(database)] == [PUSH + "two"]
    assert sorted(str(row.end_reason) for row in await rows(database, Subscription)) == ["None", "replaced"]


async def test_subscribing_again_takes_the_new_keys(database: Database, cast: Cast) -> None:
    """A browser does this after the VAPID key has changed, or on a restored phone."""
    keys = browser_keys()
    async with database.writing() as db:
        actor = as_device(cast.rosa, (await device_of(db, cast.rosa)).id)
        await subscriptions.subscribe(
            Work(db, actor, NOW), subscriptions.NewSubscription(PUSH + "one", *browser_keys()), HostList.parse("")
        )
        await subscriptions.unsubscribe(Work(db, actor, NOW), SubscriptionEnd.TURNED_OFF)
        assert not await subscriptions.is_subscribed(db, actor.device_id)
        await subscriptions.subscribe(
            Work(db, actor, NOW), subscriptions.NewSubscription(PUSH + "one", *keys), HostList.parse("")
        )
        assert await subscriptions.is_subscribed(db, actor.device_id)
    [stored] = await rows(database, Subscription)
    assert ((stored.p256dh, stored.auth), stored.ended_at, stored.end_reason) == (keys, None, None)


async def test_case_34_a_subscription_remembers_the_vapid_key_it_was_made_with(
    database: Database, cast: Cast, subscribe: Subscribe, keyring: crypto.Keyring
) -> None:
    await subscribe(cast.rosa, PUSH + "old")
    rotated = crypto.new_keyring().vapid | keyring.vapid
    crypto.use(crypto.Keyring(keyring.data, keyring.lookup, rotated, keyring.outbox))
    await subscribe(cast.walter, PUSH + "new")
    made_with = {row.endpoint: row.vapid_key for row in await living(database)}
    assert made_with == {PUSH + "old": next(iter(keyring.vapid)), PUSH + "new": next(iter(rotated))}


async def test_case_33_one_phone_cannot_fill_the_table(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        actor = as_device(cast.rosa, (await device_of(db, cast.rosa)).id)
        for number in range(150):
            await subscriptions.subscribe(
                Work(db, actor, NOW),
                subscriptions.NewSubscription(f"{PUSH}{number}", *browser_keys()),
                HostList.parse(""),
            )
    assert len(await living(database)) <= 1
    assert len(await rows(database, Subscription)) <= 100


async def test_case_97_two_devices_on_one_phone_share_its_endpoint(database: Database, cast: Cast) -> None:
    """Luis is signed in for two patients: neither takes the endpoint from the other, and each may end alone."""
    async with database.writing() as db:
        first, second = [await device_of(db, cast.luis) for _ in range(2)]
        for device, sharing in ((first, second), (second, first), (first, second)):
            work = Work(db, as_device(cast.luis, device.id), NOW)
            new = subscriptions.NewSubscription(PUSH + "shared", *browser_keys())
            taken = await subscriptions.subscribe(work, new, HostList.parse(""), sharing=[sharing.id])
            assert isinstance(taken, Subscription)
    assert {row.device_id for row in await living(database)} == {first.id, second.id}
    async with database.writing() as db:
        work = Work(db, as_device(cast.luis, first.id), NOW)
        await subscriptions.unsubscribe(work, SubscriptionEnd.SIGNED_OUT)
    assert {row.device_id for row in await living(database)} == {second.id}


async def test_case_97_a_new_owner_of_the_phone_takes_the_endpoint_from_all_who_shared_it(
    database: Database, cast: Cast, subscribe: Subscribe
) -> None:
    async with database.writing() as db:
        first, second = await device_of(db, cast.luis), await device_of(db, cast.rosa)
        for device, sharing in ((first, second), (second, first)):
            work = Work(db, as_device(cast.luis, device.id), NOW)
            new = subscriptions.NewSubscription(PUSH + "shared", *browser_keys())
            await subscriptions.subscribe(work, new, HostList.parse(""), sharing=[sharing.id])
    last = await subscribe(cast.walter, PUSH + "shared")
    assert isinstance(last, Subscription)
    assert [row.id for row in await living(database)] == [last.id]
