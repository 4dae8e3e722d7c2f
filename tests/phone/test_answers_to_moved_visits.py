"""An answer counts only for the time of the visit that the page or notification showed (case 88)."""

import asyncio
import contextlib
import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.appointments import flow, rules
from server.appointments.models import Appointment
from server.appointments.replies import flow as replies
from server.appointments.rules import AppointmentChanged, AppointmentStatus
from server.clock import to_wall
from server.db import Database
from server.delivery.sender import Sender
from server.reminders.states import Reply
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.phone.visits import LATER, STARTS, moved, shown_on, stored
from tests.phone.visits import visit as visit
from tests.push_double import PushDouble
from tests.stories import subscribed


@pytest.mark.parametrize("page", ["/", "/visits/{id}"])
@pytest.mark.parametrize("reply", tuple(Reply))
async def test_case_88_an_answer_to_the_old_time_is_not_recorded_for_the_new_one(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment, page: str, reply: str
) -> None:
    rosa = await signed_in(cast.rosa)
    old = await shown_on(rosa, page.format(id=visit.id))
    await moved(database, cast, visit, LATER)
    asked_again = await rosa.submit(f"/visits/{visit.id}/answer", {"reply": reply, "shown": old})
    assert asked_again.status_code == 409
    page_text = words(asked_again)
    assert "Your visit has changed" in page_text
    assert "It was: Tuesday, December 1, 10:00 AM" in page_text
    assert "It is now: Tuesday, December 1, 3:30 PM" in page_text
    assert (await stored(database)).reply is None
    new = re.search(r'name="shown" value="([^"]+)"', asked_again.text)
    assert new
    taken = await rosa.submit(f"/visits/{visit.id}/answer", {"reply": reply, "shown": new[1]})
    assert taken.status_code == 200
    assert (await stored(database)).reply == reply


async def test_case_88_an_answer_to_a_cancelled_visit_is_refused_with_a_message(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment
) -> None:
    rosa = await signed_in(cast.rosa)
    old = await shown_on(rosa, "/")
    async with database.writing() as db:
        await flow.mark(work_by(db, cast.maria), await db.get_one(Appointment, visit.id), AppointmentStatus.CANCELLED)
    late = await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "coming", "shown": old})
    assert (late.status_code, "This visit no longer needs one" in words(late)) == (409, True)
    assert "I'll be there" not in words(late)
    assert (await stored(database)).reply is None


async def test_case_88_a_page_that_does_not_say_what_it_showed(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment
) -> None:
    """Pages of earlier versions do not. Their answer counts if the visit has never changed. Otherwise we ask again."""
    rosa = await signed_in(cast.rosa)
    assert (await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "cant"})).status_code == 200
    await moved(database, cast, visit, LATER)
    for shown in ("", "yesterday", "2026-12-01T10:00:00", "2026-12-01T15:30:00 Mars/Base"):
        late = await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "coming", "shown": shown})
        assert late.status_code == 409, shown
    assert (await stored(database)).reply is None


async def test_case_88_a_simultaneous_answer_and_move_never_mix(
    cast: Cast, database: Database, visit: Appointment
) -> None:
    both_look = asyncio.Barrier(2)

    async def meets(db_visit: Appointment) -> None:
        with contextlib.suppress(TimeoutError):  # SQLite admits one writer at a time
            await asyncio.wait_for(both_look.wait(), 0.3)

    async def answers() -> None:
        async with database.writing() as db:
            found = await db.get_one(Appointment, visit.id)
            shown = found.shown
            await meets(found)
            with contextlib.suppress(AppointmentChanged):
                await replies.answer(work_by(db, cast.rosa), found, Reply.COMING, replies.Page(shown, ""))

    async def moves() -> None:
        async with database.writing() as db:
            found = await db.get_one(Appointment, visit.id)
            await meets(found)
            await flow.move(work_by(db, cast.maria), found, LATER)

    await asyncio.gather(answers(), moves())
    after = await stored(database)
    assert (after.starts, after.reply) == (LATER, None)


async def due(database: Database, clock: StillClock, push: PushDouble) -> None:
    """The worker runs at the moment of the reminder three days before, 10:00."""
    clock.now = datetime.fromisoformat("2026-11-28T15:00:00+00:00")
    await Sender(database, push, clock, "https://localhost").tick()


async def test_case_88_a_notification_under_way_during_a_move_answers_nothing(
    browser: Browser, cast: Cast, database: Database, clock: StillClock, visit: Appointment
) -> None:
    """The visit moves by one hour. The reminder keeps its own moment, so it is the same reminder before and after."""
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
    push = PushDouble()

    async def meanwhile() -> None:
        push.before = None
        await moved(database, cast, visit, STARTS + timedelta(hours=1), clock())

    push.before = meanwhile
    await due(database, clock, push)
    old = push.token(0)
    late = await browser.post_json("/visits/reply", {"token": old, "reply": "coming"})
    assert late.status_code == 404
    assert (await stored(database)).reply is None
    assert (await browser.get(f"/go/{old}")).status_code == 410
    await Sender(database, push, clock, "https://localhost").tick()
    assert len(push.sent) > 1  # the new time is announced
    fresh = await browser.post_json("/visits/reply", {"token": push.token(), "reply": "coming"})
    assert fresh.status_code == 200
    assert (await stored(database)).reply == "coming"


async def test_case_88_a_notification_sent_before_the_move_answers_nothing_and_a_later_one_does(
    browser: Browser, cast: Cast, database: Database, clock: StillClock, visit: Appointment
) -> None:
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
    push = PushDouble()
    await due(database, clock, push)
    await moved(database, cast, visit, LATER, clock())
    assert (await browser.post_json("/visits/reply", {"token": push.token(0), "reply": "coming"})).status_code == 404
    clock.move(seconds=1)
    await Sender(database, push, clock, "https://localhost").tick()
    assert (await browser.post_json("/visits/reply", {"token": push.token(), "reply": "cant"})).status_code == 200
    assert (await stored(database)).reply == "cant"


WALL = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1))
ZONE = st.sampled_from(["America/New_York", "Asia/Kathmandu", "UTC"])


@given(WALL, ZONE, WALL, ZONE)
def test_case_88_only_the_same_time_in_the_same_zone_matches_what_was_shown(
    starts: datetime, zone: str, other: datetime, elsewhere: str
) -> None:
    shown = Appointment(starts=starts, zone=zone).shown
    same = shown == Appointment(starts=other, zone=elsewhere).shown
    assert same == ((starts, zone) == (other, elsewhere))
    assert rules.read_time_shown(shown) == starts


def test_the_tests_use_the_zone_of_new_york() -> None:
    assert to_wall(datetime.fromisoformat("2026-11-28T15:00:00+00:00"), "America/New_York").hour == 10
