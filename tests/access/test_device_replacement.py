"""A browser joins again, or gets a new owner (cases 98, 121)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from sqlalchemy import update

from server import crypto
from server.access import device_replacement, rules
from server.access.joining import flow as joining
from server.access.models import Device, DeviceSession, Subscription
from server.db import Database
from server.delivery import receipts
from server.reminders import notices
from server.reminders.models import Attempt
from server.reminders.notices import Notice
from server.reminders.states import ReminderKind
from tests import stories
from tests.access.authenticator import Authenticator
from tests.access.scene import ENDED, OPENS, device_of, rejoins
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.examples import examples
from tests.stories import push_subscription, rows


async def test_case_98_a_passkey_survives_cleared_cookies(
    signed_in: Enter, app: Litestar, cast: Cast, key: Authenticator
) -> None:
    """The same phone joins again as a new device. When that device is signed out, the passkey ends."""
    rosa = await signed_in(cast.rosa)
    await rosa.post_json("/push/subscriptions", mine := push_subscription())
    made = await key.make(rosa)
    rosa.http.cookies.clear()
    assert await key.sign_in(rosa, made) == OPENS
    assert (await rosa.post_json("/push/subscriptions", mine)).status_code == 200
    assert (await rosa.get("/settings")).url.path == "/settings"
    rosa.http.cookies.clear()
    assert await key.sign_in(rosa, made) == OPENS
    await rosa.submit("/sign-out")
    assert await key.sign_in(rosa, made) == ENDED


@pytest.mark.parametrize("by", ["joining", "endpoint"])
async def test_case_121_a_new_owner_of_the_phone_ends_passkeys_made_on_it(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, key: Authenticator, by: str
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.post_json("/push/subscriptions", mine := push_subscription())
    made = await key.make(rosa)
    if by == "joining":
        async with database.writing() as db:
            code = await joining.issue_pairing(work_by(db, cast.maria), cast.walter, None)
        await rosa.submit("/join", {"code": code, "agree": rules.CONSENT_VERSION})
    else:
        walter = await signed_in(cast.walter)
        assert (await walter.post_json("/push/subscriptions", mine)).status_code == 200
        assert (await rosa.get("/settings")).url.path == "/join"
    assert await key.sign_in(browser, made) == ENDED


@pytest.mark.parametrize("session", ["alive", "expired"])
async def test_case_121_joining_again_in_the_same_browser_ends_the_old_passkey(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, key: Authenticator, session: str
) -> None:
    rosa = await signed_in(cast.rosa)
    first = await device_of(database, cast.rosa)
    await rosa.post_json("/push/subscriptions", push_subscription())
    made = await key.make(rosa)
    if session == "expired":
        async with database.writing() as db:
            await db.execute(update(DeviceSession).values(expires_at=clock()))
    await rejoins(rosa, database, cast, clock, cast.rosa)
    [old] = await rows(database, Device, Device.id == first.id)
    assert old.ended_at is not None
    [again] = [d for d in await rows(database, Device, Device.patient_id == cast.rosa.id) if d.ended_at is None]
    [push] = await rows(database, Subscription, Subscription.ended_at.is_(None))
    assert (again.name, push.device_id) == (first.name, again.id)  # the browser keeps its push subscription
    assert await key.sign_in(rosa, made) == OPENS
    await rosa.submit("/sign-out")
    assert await key.sign_in(rosa, made) == ENDED
    assert await rows(database, Subscription, Subscription.ended_at.is_(None)) == []


async def test_case_121_a_reminder_sent_before_joining_again_can_still_be_answered(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.post_json("/push/subscriptions", push_subscription())
    [push] = await rows(database, Subscription)
    async with database.writing() as db:
        notice = Notice(ReminderKind.VISIT, cast.rosa.id, "a" * 32, "/", clock() + timedelta(hours=1))
        reminder = await notices.remind_now(work_by(db, cast.maria, clock()), notice)
        places = {"subscription_id": push.id, "device_id": push.device_id, "channel": "push", "service": "push"}
        attempt = Attempt(reminder_id=reminder.id, clinic_id=cast.harbor.id, state="accepted", fence=0, **places)
        attempt.token_hash, attempt.started_at = crypto.token_hash("token"), clock()
        db.add(attempt)
    await rejoins(rosa, database, cast, clock, cast.rosa)
    async with database.reading() as db:
        assert await receipts.reminder_for_token(db, "token") is not None
    await rosa.submit("/sign-out")
    async with database.reading() as db:
        assert await receipts.reminder_for_token(db, "token") is None


async def test_case_121_the_push_endpoint_identifies_a_browser_after_cleared_cookies(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, key: Authenticator
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.post_json("/push/subscriptions", mine := push_subscription())
    made = await key.make(rosa)
    rosa.http.cookies.clear()
    await rejoins(rosa, database, cast, clock, cast.rosa)
    assert (await rosa.post_json("/push/subscriptions", mine)).status_code == 200
    [living] = await rows(database, Device, Device.patient_id == cast.rosa.id, Device.ended_at.is_(None))
    [push] = await rows(database, Subscription, Subscription.ended_at.is_(None))
    assert push.device_id == living.id
    await rosa.submit("/sign-out")
    assert await key.sign_in(rosa, made) == ENDED


async def test_case_121_two_passkeys_of_other_phones_end_with_the_browser_that_used_them(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    one, two = await signed_in(cast.rosa), await signed_in(cast.rosa)
    first, second = await key.make(one), await key.make(two)
    assert await key.sign_in(browser, first) == OPENS
    assert await key.sign_in(browser, second) == OPENS
    await browser.submit("/sign-out")
    assert await key.sign_in(browser, first) == ENDED
    assert await key.sign_in(browser, second) == ENDED


IN_ONE_BROWSER = st.lists(st.sampled_from(("join", "make", "come back", "use another's", "expire")), max_size=8)


@pytest.mark.sweep
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=IN_ONE_BROWSER, pick=st.integers(0, 5))
async def test_case_121_after_sign_out_no_passkey_made_or_used_in_the_browser_signs_in(
    signed_in: Enter, app: Litestar, cast: Cast, database: Database, clock: StillClock, steps: list[str], pick: int
) -> None:
    key, phone = Authenticator(), Browser(app, address=f"10.0.0.{uuid4()}")
    await rejoins(phone, database, cast, clock, cast.rosa)
    touched: list[bytes] = []
    for step in steps:
        if step == "join":
            await rejoins(phone, database, cast, clock, cast.rosa)
        elif step == "make" and (await phone.post_json("/passkey/options", {})).status_code == 200:
            touched.append(await key.make(phone))
        elif step == "come back" and touched:
            await key.sign_in(phone, touched[pick % len(touched)])  # an ended passkey does not work either
        elif step == "use another's":
            copied = await key.make(await signed_in(cast.rosa))
            assert await key.sign_in(phone, copied) == OPENS
            touched.append(copied)
        elif step == "expire":
            async with database.writing() as db:
                await db.execute(update(DeviceSession).values(expires_at=clock()))
    await rejoins(phone, database, cast, clock, cast.rosa)
    await phone.submit("/sign-out")
    for made in touched:
        assert await key.sign_in(phone, made) == ENDED
    await phone.close()


async def test_a_device_of_the_same_person_takes_over_the_name_and_another_persons_does_not(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        old, new, of_luis = [await stories.device_of(db, who) for who in (cast.rosa, cast.rosa, cast.luis)]
        old.name = "Kitchen tablet"
        assert (await device_replacement.person_of(db, of_luis)).name == cast.luis.name
        await device_replacement.replace_device(db, old, new, NOW)
        for device in (old, new):
            await db.refresh(device)
        assert old.successor_id == new.id
        assert new.name == "Kitchen tablet"
        await device_replacement.replace_device(db, new, of_luis, NOW)
        assert (new.end_reason, of_luis.name) == ("new-owner", "iPhone")
