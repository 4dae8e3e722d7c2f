"""When the app opens, the browser's subscription and ours are reconciled (cases 34, 37)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from server import crypto
from server.access.models import Subscription
from server.access.rules import SubscriptionEnd
from server.actor import Actor, ActorKind
from server.channels.push.host_list import HostList
from server.channels.push.vapid_keys import vapid_public_key
from server.db import Database, Work
from server.devices import reconciliation, subscriptions
from server.devices.reconciliation import Opened, Permission
from tests.cast import NOW, Cast
from tests.stories import PUSH, browser_keys, device_of, rows

DAY = timedelta(days=1)
Reconcile = Callable[[Opened], Awaitable[str]]


@pytest.fixture
async def reconcile(database: Database, cast: Cast) -> Reconcile:
    """Rosa's phone is subscribed. It opens the app and reports what it has."""
    async with database.writing() as db:
        device = await device_of(db, cast.rosa)
        actor = Actor(ActorKind.PATIENT, cast.rosa.id, cast.harbor.id, device_id=device.id)
        await subscriptions.subscribe(
            Work(db, actor, NOW), subscriptions.NewSubscription(PUSH + "one", *browser_keys()), HostList.parse("")
        )

    async def opens(opened: Opened) -> str:
        async with database.writing() as db:
            return await reconciliation.reconcile(Work(db, actor, NOW + DAY), opened)

    return opens


async def test_case_37_a_subscription_that_matches_is_left_alone(reconcile: Reconcile, database: Database) -> None:
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "one", "")) == "fine"
    assert [row.ended_at for row in await rows(database, Subscription)] == [None]


async def test_case_37_a_changed_endpoint_is_reported(reconcile: Reconcile) -> None:
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "two", "")) == "tell"


async def test_case_37_a_lost_subscription_is_made_again(reconcile: Reconcile, database: Database) -> None:
    assert await reconcile(Opened(Permission.GRANTED, "", "")) == "subscribe"
    assert [row.end_reason for row in await rows(database, Subscription)] == ["gone"]
    assert await reconcile(Opened(Permission.GRANTED, "", "")) == "subscribe"


async def test_a_revoked_permission_is_noticed(reconcile: Reconcile, database: Database) -> None:
    assert await reconcile(Opened(Permission.DENIED, "", "")) == "fine"
    assert [row.end_reason for row in await rows(database, Subscription)] == ["denied"]
    assert await reconcile(Opened(Permission.GRANTED, "", "")) == "subscribe"


async def test_case_34_a_new_vapid_key_makes_a_new_subscription(reconcile: Reconcile, keyring: crypto.Keyring) -> None:
    old = vapid_public_key(next(iter(keyring.vapid.values())))
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "one", old)) == "fine"
    new = crypto.new_keyring().vapid
    crypto.use(crypto.Keyring(keyring.data, keyring.lookup, new | keyring.vapid, keyring.outbox))
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "one", old)) == "subscribe"
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "one", "")) == "subscribe"


async def test_reminders_that_were_turned_off_stay_off(reconcile: Reconcile, database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        [stored] = list(await rows(database, Subscription))
        actor = Actor(ActorKind.PATIENT, cast.rosa.id, cast.harbor.id, device_id=stored.device_id)
        await subscriptions.unsubscribe(Work(db, actor, NOW), SubscriptionEnd.TURNED_OFF)
    assert await reconcile(Opened(Permission.GRANTED, "", "")) == "fine"
