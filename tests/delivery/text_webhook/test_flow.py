"""A stopped or undeliverable number gets no text on any path, and the next channel follows at once (case 128)."""

from datetime import timedelta

import pytest

from server.access.rules import GUESS_WINDOW
from server.db import Database
from server.delivery.text_webhook import flow
from server.delivery.text_webhook.flow import MOST_REPLIES, Taking, TooManyReplies
from server.people.models import Patient, Staff
from server.people.rules import ContactBy
from server.people.texting.models import TextReply
from server.people.texting.rules import Incoming
from server.reminders import notices
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import Planned
from server.reminders.states import AttemptState, ReminderKind, ReminderState
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.delivery.text_webhook.scene import Services, reachable_by_text
from tests.people.texting.scene import text, undeliverable
from tests.reminders.scene import just_before_sending, plan
from tests.stories import audited, rows

BLOCKS = pytest.mark.parametrize("block", [text("STOP"), undeliverable()], ids=["stopped", "undeliverable"])


async def take(database: Database, incoming: Incoming, now: object = NOW) -> Taking:
    async with database.writing() as db:
        return await flow.take(db, incoming, now)  # type: ignore[arg-type]


async def due(database: Database, cast: Cast, clock: StillClock) -> None:
    await plan(database, cast, [Planned(ReminderKind.VISIT, clock(), clock() + timedelta(hours=5))])


@BLOCKS
async def test_case_128_a_blocked_number_gets_no_text_and_the_email_follows_at_once(
    database: Database, cast: Cast, clock: StillClock, block: Incoming
) -> None:
    await reachable_by_text(database, cast)
    assert await take(database, block) == Taking.TAKEN
    await due(database, cast, clock)
    services = Services(database, clock)
    await services.run()
    assert services.sent == (0, 1)
    assert [attempt.channel for attempt in await rows(database, Attempt)] == ["email"]  # no text was even begun


@BLOCKS
async def test_case_128_a_number_that_is_blocked_between_claim_and_send_gets_no_text(
    database: Database, cast: Cast, clock: StillClock, block: Incoming, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reachable_by_text(database, cast)
    await due(database, cast, clock)
    services = Services(database, clock)

    async def arrives() -> None:
        await take(database, block)

    just_before_sending(monkeypatch, arrives)
    await services.run()
    assert services.sent == (0, 1)
    [first] = [attempt for attempt in await rows(database, Attempt) if attempt.channel == "text"]
    assert (first.state, "text" in (first.reason or "")) == (AttemptState.FAILED, True)


async def test_case_128_an_undelivered_text_failed_and_the_email_follows_at_once(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    await reachable_by_text(database, cast)
    await due(database, cast, clock)
    services = Services(database, clock)
    await services.run()
    assert services.sent == (1, 0)
    clock.move(minutes=1)
    await take(database, undeliverable(at=clock()), clock())
    [attempt] = await rows(database, Attempt)
    assert (attempt.state, attempt.reason) == (AttemptState.FAILED, "texts can't be delivered to this number")
    assert (await audited(database, attempt.id))[-1] == "attempt.not-delivered"
    await services.run()
    assert services.sent == (1, 1)


async def test_case_128_an_undelivered_text_of_long_ago_sends_nothing_again(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    """The number has texted START since then: what the provider reports late is no longer true."""
    await reachable_by_text(database, cast)
    await due(database, cast, clock)
    services = Services(database, clock)
    await services.run()
    clock.move(minutes=2)
    await take(database, text("START", at=clock()), clock())
    await take(database, undeliverable(), clock())
    await services.run()
    assert services.sent == (1, 0)


async def test_case_128_without_another_channel_the_reason_is_shown(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    await reachable_by_text(database, cast)
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).email = None
    await take(database, text("STOP"))
    await due(database, cast, clock)
    services = Services(database, clock)
    del services.sender.channels["email"]
    await services.run()
    [reminder] = await rows(database, Reminder)
    assert (reminder.state, reminder.reason) == (ReminderState.FAILED, "this number stopped our texts")


async def test_case_128_start_and_a_changed_number_resume_texts(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    await reachable_by_text(database, cast)
    await take(database, text("STOP"))
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).phone_tel = "+12125550109"
    await due(database, cast, clock)
    services = Services(database, clock)
    await services.run()
    assert services.sent == (1, 0)
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).phone_tel = "+12125550101"
    clock.move(hours=6)
    await take(database, text("START", at=clock()), clock())
    await due(database, cast, clock)
    await services.run()
    assert services.sent == (2, 0)


async def test_case_128_a_helpers_blocked_number_gets_no_text_about_the_patient(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    await reachable_by_text(database, cast)
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        rosa.contact, rosa.caregiver_phone_tel = ContactBy.CAREGIVER, "+12125550102"
    await take(database, text("STOP", tel="+12125550102"))
    await due(database, cast, clock)
    services = Services(database, clock)
    await services.run()
    assert services.sent == (0, 1)


async def test_case_128_a_contact_on_call_with_a_blocked_number_is_told_by_email_at_once(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).phone_tel = "+12125550103"
        about = (ReminderKind.ON_CALL, cast.rosa.id, "f" * 32, "/staff", NOW + timedelta(hours=5))
        await notices.remind_now(work_by(db, cast.maria), notices.Notice(*about, staff_id=cast.ken.id))
    await take(database, undeliverable("+12125550103"))
    services = Services(database, clock)
    await services.run()
    assert services.sent == (0, 1)


async def test_case_128_a_second_time_changes_nothing(database: Database, cast: Cast) -> None:
    message = text("Where are you?")
    assert await take(database, message) == Taking.TAKEN
    assert await take(database, message) == Taking.REPEATED
    assert len(await rows(database, TextReply)) == 1


async def test_case_128_replies_from_one_number_are_limited_and_stop_never_is(database: Database, cast: Cast) -> None:
    for _ in range(MOST_REPLIES):
        await take(database, text("hello"))
    late = text("hello")
    with pytest.raises(TooManyReplies):
        await take(database, late)
    assert await take(database, text("STOP")) == Taking.TAKEN
    assert len(await rows(database, TextReply)) == MOST_REPLIES
    assert await take(database, late, NOW + GUESS_WINDOW) == Taking.TAKEN  # the provider sends it again later
