"""Signing out a device ends its passkeys and codes (cases 121 and 127)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from sqlalchemy import update

from server import crypto
from server.access import rules
from server.access.joining import flow as joining
from server.access.models import Device, DeviceSession, PairingCode, Passkey, Subscription
from server.db import Database
from server.delivery import receipts
from server.people.models import Caregiver, Patient
from server.reminders import notices
from server.reminders.models import Attempt
from server.reminders.notices import Notice
from server.reminders.states import ReminderKind
from tests.access.authenticator import Authenticator
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import audited, push_subscription, rows

ENDED = (400, "ended")
OPENS = (200, "")


@pytest.fixture
def key() -> Authenticator:
    return Authenticator()


async def device_of(database: Database, person: Patient | Caregiver) -> Device:
    """The newest living one."""
    theirs = [d for d in await rows(database, Device) if person.id in (d.patient_id, d.caregiver_id) and not d.ended_at]
    return max(theirs, key=lambda device: device.name)


Ends = Callable[[Browser, Browser, Cast, str], Awaitable[object]]
WAYS: dict[str, Ends] = {
    "itself": lambda phone, maria, cast, device: phone.submit("/sign-out"),
    "staff": lambda phone, maria, cast, device: maria.submit(f"/staff/devices/{device}/end"),
    "leaving": lambda phone, maria, cast, device: phone.submit("/settings/leave"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_case_121_a_passkey_ends_with_the_phone_that_it_was_made_on(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, key: Authenticator, way: str
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    made = await key.make(rosa)
    await WAYS[way](rosa, maria, cast, (await device_of(database, cast.rosa)).id)
    assert await key.sign_in(browser, made) == ENDED
    assert (await browser.get("/settings")).url.path == "/join"
    [passkey] = await rows(database, Passkey)
    assert await audited(database, passkey.id) == ["passkey.made", "passkey.ended"]


async def test_case_121_signed_out_from_another_phone(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, key: Authenticator
) -> None:
    lost = await signed_in(cast.rosa)
    device = await device_of(database, cast.rosa)
    made = await key.make(lost)
    kept = await signed_in(cast.rosa)
    own = await key.make(kept)
    await kept.submit(f"/settings/devices/{device.id}/end")
    assert await key.sign_in(browser, made) == ENDED
    assert await key.sign_in(browser, own) == OPENS


async def test_case_121_a_caregivers_passkey_ends_with_the_access(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    own, made = await key.make(rosa), await key.make(luis)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/end")
    assert await key.sign_in(browser, made) == ENDED
    assert await key.sign_in(browser, own) == OPENS


async def test_case_121_a_helpers_phone_that_ends_leaves_the_patients_passkey(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    made = await key.make(rosa)
    await luis.submit("/sign-out")
    assert await key.sign_in(browser, made) == OPENS


async def test_case_121_a_phone_that_a_copied_passkey_opened_can_not_come_back_by_it(
    signed_in: Enter, app: Litestar, browser: Browser, cast: Cast, database: Database, key: Authenticator
) -> None:
    """A cloud copied the key to a second phone, which is stolen."""
    first = await signed_in(cast.rosa)
    made = await key.make(first)
    assert await key.sign_in(browser, made) == OPENS
    [stolen] = [d for d in await rows(database, Device) if d.patient_id == cast.rosa.id and d.name == "iPhone 2"]
    await first.submit(f"/settings/devices/{stolen.id}/end")
    thief = Browser(app)
    assert await key.sign_in(thief, made) == ENDED
    await thief.close()


async def test_case_98_cleared_cookies_do_not_end_a_passkey(
    signed_in: Enter, app: Litestar, cast: Cast, key: Authenticator
) -> None:
    """The same phone comes back as a new device; when that is signed out, the key ends."""
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
async def test_case_121_a_new_owner_of_the_phone_ends_what_was_made_on_it(
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


async def test_case_121_a_passkey_from_before_its_device_was_recorded_ends_with_any_phone(
    signed_in: Enter, app: Litestar, browser: Browser, cast: Cast, database: Database, key: Authenticator
) -> None:
    rosa, other, walter = await signed_in(cast.rosa), await signed_in(cast.rosa), await signed_in(cast.walter)
    made, walters = await key.make(rosa), await key.make(walter)
    async with database.writing() as db:
        await db.execute(update(Passkey).values(device_id=None))
    await other.submit("/sign-out")
    assert await key.sign_in(browser, made) == ENDED
    assert await key.sign_in(browser, walters) == OPENS


async def test_case_121_signing_out_says_that_face_and_finger_end_too(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    assert "Your face or finger will no longer sign you in." in words(await rosa.get("/sign-out"))


async def test_case_121_an_unknown_passkey_is_not_told_apart_from_a_wrong_one(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    """Only who holds the key learns that it has ended."""
    rosa = await signed_in(cast.rosa)
    made = await key.make(rosa)
    await rosa.submit("/sign-out")
    forged = Authenticator()
    forged.keys[made] = ec.generate_private_key(ec.SECP256R1())
    assert await forged.sign_in(browser, made) == (400, "passkey")


async def test_case_121_a_second_passkey_asks_for_proof_again(
    signed_in: Enter, cast: Cast, clock: StillClock, key: Authenticator
) -> None:
    """The first one needs none. After that: a code, or the first passkey, a moment ago."""
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    clock.move(days=1)
    first = await key.make(rosa)
    assert (await rosa.post_json("/passkey/options", {})).json()["detail"] == "prove"
    assert (await rosa.post_json("/passkey", {})).status_code == 403
    await key.make(luis)  # hers is not his
    assert await key.sign_in(rosa, first) == OPENS
    clock.move(minutes=15)
    await key.make(rosa)
    clock.move(seconds=1)
    assert (await rosa.post_json("/passkey/options", {})).status_code == 403


# --- pairing codes (case 127)


@dataclass
class Code:
    """Typed on a new phone: does it still let it in?"""

    code: str

    async def works(self, app: Litestar) -> bool:
        phone = Browser(app)
        joined = await phone.submit("/join", {"code": self.code, "agree": rules.CONSENT_VERSION})
        await phone.close()
        return joined.url.path == "/reminders"


async def lets_in(phone: Browser, app: Litestar, whose: Patient | Caregiver) -> Code:
    """A new phone asks, and the number that it shows is let in on `phone`."""
    new = Browser(app)
    await new.submit("/join/ask")
    code = new.http.cookies["__Host-asked"].partition(".")[0]
    done = await phone.submit("/settings/phones/add", {"code": code, "whose": whose.id})
    assert done.status_code == 200, done.text
    await new.close()
    return Code(code)


async def test_case_127_a_code_ends_with_the_phone_that_issued_it(signed_in: Enter, app: Litestar, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    code = await lets_in(rosa, app, cast.luis)
    other = await signed_in(cast.rosa)
    kept = await lets_in(other, app, cast.rosa)
    await rosa.submit("/sign-out")
    assert not await code.works(app)
    assert await kept.works(app)


@pytest.mark.parametrize("why", ["leaving", "death", "holiday"])
async def test_case_127_a_code_ends_with_leaving_and_with_death_and_with_no_other_pause(
    signed_in: Enter, app: Litestar, cast: Cast, database: Database, why: str
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    async with database.writing() as db:
        own = await joining.issue_pairing(work_by(db, cast.maria), cast.rosa, None)
        helpers = await joining.issue_pairing(work_by(db, cast.maria), cast.rosa, cast.luis)
    if why == "leaving":
        await rosa.submit("/settings/leave")
    else:
        await maria.submit(f"/staff/patients/{cast.rosa.id}/pause", {"why": why})
    for code in (own, helpers):
        assert await Code(code).works(app) == (why == "holiday")
    if why != "holiday":
        ended = [await audited(database, code.id) for code in await rows(database, PairingCode) if not code.used_at]
        assert ended == [["pairing.issued", "pairing.ended"]] * 2


async def test_case_127_a_code_ends_with_the_caregiver_whom_it_was_for_and_who_issued_it(
    signed_in: Enter, app: Litestar, cast: Cast, database: Database
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})
    async with database.writing() as db:
        his = Code(await joining.issue_pairing(work_by(db, cast.maria), cast.rosa, cast.luis))
    hers = await lets_in(luis, app, cast.rosa)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/end")
    assert not await his.works(app)
    assert not await hers.works(app)


async def test_case_127_a_code_ends_when_its_caregiver_may_not_let_phones_in_any_more(
    signed_in: Enter, app: Litestar, cast: Cast
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})
    hers = await lets_in(luis, app, cast.rosa)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "no"})
    assert not await hers.works(app)


# --- any sequence


@dataclass
class Key:
    credential_id: bytes
    phones: set[str]  # the devices that it was made on or has opened


@dataclass
class Story:
    keys: list[Key] = field(default_factory=list)
    phones: list[tuple[str, Browser]] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)


STEPS = st.lists(
    st.tuples(st.sampled_from(("join", "make", "use", "sign-out", "end from afar")), st.integers(0, 5)), max_size=12
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_case_121_whatever_happens_no_passkey_of_an_ended_phone_signs_in(
    signed_in: Enter, app: Litestar, cast: Cast, database: Database, steps: list[tuple[str, int]]
) -> None:
    key, story, maria = Authenticator(), Story(), await signed_in(cast.maria)
    story.seen = {device.id for device in await rows(database, Device)}
    for act, which in [("join", 0), ("make", 0), *steps]:
        living = [(device, phone) for device, phone in story.phones if device not in story.ended]
        if act == "join":
            phone = await signed_in(cast.rosa)
            story.phones.append((await new_device(database, story), phone))
        elif act == "make" and living:
            device, phone = living[which % len(living)]
            story.keys.append(Key(await key.make(phone), {device}))
        elif act == "use" and story.keys:
            await _use(key, story, story.keys[which % len(story.keys)], app, database)
        elif act == "sign-out" and living:
            device, phone = living[which % len(living)]
            await phone.submit("/sign-out")
            story.ended.add(device)
        elif act == "end from afar" and living:
            device, phone = living[which % len(living)]
            await maria.submit(f"/staff/devices/{device}/end")
            story.ended.add(device)
    for one in story.keys:
        await _use(key, story, one, app, database)


async def _use(key: Authenticator, story: Story, one: Key, app: Litestar, database: Database) -> None:
    phone = Browser(app, address=f"10.0.0.{uuid4()}")  # nobody's tries count against another's
    expected = ENDED if one.phones & story.ended else OPENS
    assert await key.sign_in(phone, one.credential_id) == expected
    if expected == OPENS:
        device = await new_device(database, story)
        one.phones.add(device)
        story.phones.append((device, phone))


async def new_device(database: Database, story: Story) -> str:
    """The one that has come since this was asked last."""
    there = {device.id for device in await rows(database, Device)}
    [new] = there - story.seen
    story.seen = there
    return new


# --- one browser, and whatever happens in it


async def rejoins(phone: Browser, database: Database, cast: Cast, clock: StillClock, person: Patient) -> None:
    async with database.writing() as db:
        code = await joining.issue_pairing(work_by(db, cast.maria, clock()), person, None)
    joined = await phone.submit("/join", {"code": code, "agree": rules.CONSENT_VERSION})
    assert joined.url.path == "/reminders"


@pytest.mark.parametrize("session", ["alive", "expired"])
async def test_case_121_joining_again_in_the_same_browser_leaves_no_passkey_behind(
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
    assert (again.name, push.device_id) == (first.name, again.id)  # the browser keeps its reminders
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


async def test_case_121_cleared_cookies_and_a_new_code_are_told_by_the_browsers_endpoint(
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


async def test_case_121_two_passkeys_from_other_phones_used_in_one_browser_both_end_with_it(
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
            await key.sign_in(phone, touched[pick % len(touched)])  # one that has ended already opens nothing
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
