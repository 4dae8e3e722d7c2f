"""Who can be reached by push, and how we know (cases 23, 34, 37; issue: health of the reach)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from server import crypto
from server.access.models import Device, Subscription
from server.access.rules import SubscriptionEnd
from server.actor import Actor, ActorKind
from server.appointments import booking
from server.appointments.booking import NewVisit
from server.channels.push.host_list import HostList
from server.channels.push.vapid import vapid_public_key
from server.clock import to_wall
from server.db import Database, Work
from server.delivery import receipts
from server.devices import health, health_rules, reconciliation, subscriptions
from server.devices.health_rules import PushHealth, Signs
from server.devices.reconciliation import Opened, Permission
from server.reminders.models import Reminder
from server.reminders.states import AttemptState, ReminderKind
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.reminders.scene import Scene
from tests.stories import PUSH, browser_keys, device_of, rows, subscribed

DAY = timedelta(days=1)
Reconcile = Callable[[Opened], Awaitable[str]]


def given(
    seen: int,
    asked: int | None = None,
    shown: int | None = None,
    ended: SubscriptionEnd | None = None,
    had: bool = True,
) -> Signs:
    """Days ago."""
    ago = [None if days is None else NOW - days * DAY for days in (shown, asked)]
    return Signs(NOW - seen * DAY, ago[0], ago[1], ended, had)


@pytest.mark.parametrize(
    ("what", "word"),
    [
        (given(1), "reached"),
        (given(40), "reached"),
        (given(40, asked=1), "asked"),
        (given(40, asked=3), "silent"),
        (given(40, asked=3, shown=2), "reached"),
        (given(1, asked=3), "reached"),
        (given(1, ended=SubscriptionEnd.GONE), "gone"),
        (given(1, ended=SubscriptionEnd.DENIED), "denied"),
        (given(1, ended=SubscriptionEnd.TURNED_OFF), "off"),
        (given(1, had=False), "never"),
    ],
)
def test_what_is_known_of_a_device(what: Signs, word: str) -> None:
    assert health_rules.word_of(what, NOW) == word


def test_a_device_is_asked_once_for_each_silence() -> None:
    assert health_rules.is_to_be_asked(given(14), 14, NOW)
    assert not health_rules.is_to_be_asked(given(13), 14, NOW)
    assert not health_rules.is_to_be_asked(given(30, asked=10), 14, NOW)
    assert not health_rules.is_to_be_asked(given(30, shown=3), 14, NOW)
    assert health_rules.is_to_be_asked(given(20, asked=40), 14, NOW)
    assert not health_rules.is_to_be_asked(given(30, ended=SubscriptionEnd.GONE), 14, NOW)


def test_one_device_that_is_reached_is_enough() -> None:
    assert health_rules.reason([PushHealth.NEVER, PushHealth.REACHED]) is None
    assert health_rules.reason([PushHealth.OFF, PushHealth.ASKED]) is None
    assert health_rules.reason([PushHealth.NEVER, PushHealth.SILENT]) == "silent"
    assert health_rules.reason([]) == "no-device"


async def test_a_silent_device_is_asked_by_a_notification_that_it_sees(scene: Scene) -> None:
    scene.clock.move(days=15)
    for _ in range(3):
        async with scene.database.writing() as db:
            await health.ask_silent(db, scene.clock())
    await scene.run()
    asked = [r for r in await rows(scene.database, Reminder) if r.kind == ReminderKind.DEVICE_CHECK]
    assert [(reminder.device_id, reminder.state) for reminder in asked] == [(scene.phone.device_id, "sent")]
    assert "Do reminders still reach you?" in scene.push.sent[-1][1].body


async def test_a_shown_push_is_a_sign(scene: Scene) -> None:
    await scene.due()
    async with scene.database.writing() as db:
        await receipts.take_receipt(db, scene.push.token(), AttemptState.SHOWN, scene.clock())
        [device] = await health.of_devices(db, [await db.get_one(Device, scene.phone.device_id)], scene.clock())
    assert (device.word, device.signs.shown_at) == ("reached", scene.clock())


async def test_who_has_a_visit_and_no_phone_is_on_the_worklist(
    signed_in: Enter, database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        wall = to_wall(NOW + 7 * DAY, cast.harbor.zone)
        for patient in (cast.rosa, cast.walter):
            await booking.book(work_by(db, cast.maria), patient, NewVisit(wall))
        await subscribed(db, cast.luis)  # Rosa's caregiver: she is reached through him
        await device_of(db, cast.walter)
    maria = await signed_in(cast.maria)
    page = words(await maria.get("/staff?show=unreached"))
    listed = page[page.index("No phone gets reminders") :]
    assert cast.walter.name in listed
    assert "not turned on" in listed
    assert cast.rosa.name not in listed


async def test_case_34_a_rotation_shows_how_far_it_has_come(
    database: Database, cast: Cast, keyring: crypto.Keyring
) -> None:
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
        await subscribed(db, cast.luis)
        new = crypto.new_keyring().vapid
        crypto.use(crypto.Keyring(keyring.data, keyring.lookup, new | keyring.vapid, keyring.outbox))
        await subscribed(db, cast.walter)
        assert await health.by_vapid_key(db) == {next(iter(new)): 1, next(iter(keyring.vapid)): 2}


@pytest.fixture
async def reconcile(database: Database, cast: Cast) -> Reconcile:
    """Rosa's phone, subscribed, says at an open what it holds."""
    async with database.writing() as db:
        device = await device_of(db, cast.rosa)
        actor = Actor(ActorKind.PATIENT, cast.rosa.id, cast.harbor.id, device_id=device.id)
        await subscriptions.subscribe(
            Work(db, actor, NOW), subscriptions.NewSubscription(PUSH + "one", *browser_keys()), HostList.parse("")
        )

    async def opens(said: Opened) -> str:
        async with database.writing() as db:
            return await reconciliation.reconcile(Work(db, actor, NOW + DAY), said)

    return opens


async def test_case_37_the_same_on_both_sides_is_left_alone(reconcile: Reconcile, database: Database) -> None:
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "one", "")) == "fine"
    assert [held.ended_at for held in await rows(database, Subscription)] == [None]


async def test_case_37_an_endpoint_that_changed_unnoticed_is_told(reconcile: Reconcile) -> None:
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "two", "")) == "tell"


async def test_case_37_an_endpoint_that_the_browser_lost_is_made_anew(reconcile: Reconcile, database: Database) -> None:
    assert await reconcile(Opened(Permission.GRANTED, "", "")) == "subscribe"
    assert [held.end_reason for held in await rows(database, Subscription)] == ["gone"]
    assert await reconcile(Opened(Permission.GRANTED, "", "")) == "subscribe"


async def test_a_permission_taken_back_is_noticed(reconcile: Reconcile, database: Database) -> None:
    assert await reconcile(Opened(Permission.DENIED, "", "")) == "fine"
    assert [held.end_reason for held in await rows(database, Subscription)] == ["denied"]
    assert await reconcile(Opened(Permission.GRANTED, "", "")) == "subscribe"


async def test_case_34_a_new_key_of_ours_is_a_new_subscription(reconcile: Reconcile, keyring: crypto.Keyring) -> None:
    old = vapid_public_key(next(iter(keyring.vapid.values())))
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "one", old)) == "fine"
    new = crypto.new_keyring().vapid
    crypto.use(crypto.Keyring(keyring.data, keyring.lookup, new | keyring.vapid, keyring.outbox))
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "one", old)) == "subscribe"
    assert await reconcile(Opened(Permission.GRANTED, PUSH + "one", "")) == "subscribe"


async def test_turned_off_on_purpose_it_stays_off(reconcile: Reconcile, database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        [held] = list(await rows(database, Subscription))
        actor = Actor(ActorKind.PATIENT, cast.rosa.id, cast.harbor.id, device_id=held.device_id)
        await subscriptions.unsubscribe(Work(db, actor, NOW), SubscriptionEnd.TURNED_OFF)
    assert await reconcile(Opened(Permission.GRANTED, "", "")) == "fine"
