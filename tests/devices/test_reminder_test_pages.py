"""A test of the reminders on a device, and what helps if it does not arrive."""

import asyncio
import re

import pytest

from server.db import Database
from server.delivery.sender import Sender
from server.reminders.models import Reminder
from server.reminders.states import ReminderKind
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.push_double import PushDouble
from tests.stories import push_subscription, rows


@pytest.mark.parametrize(("on", "dark"), [(True, "Send another test"), (False, "Turn reminders on again")])
async def test_where_reminders_are_off_turning_them_on_comes_before_another_test(
    signed_in: Enter, cast: Cast, on: bool, dark: str
) -> None:
    rosa = await signed_in(cast.rosa)
    if on:
        await rosa.post_json("/push/subscriptions", push_subscription())
    page = (await rosa.get("/reminders/help")).text
    assert re.findall(r'class="main"[^>]*>(.*?)<', page) == [dark]


@pytest.mark.parametrize(("got", "lands"), [("yes", "/"), ("no", "/reminders/help")])
async def test_a_test_notification_is_sent_and_the_page_asks_whether_it_came(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, got: str, lands: str
) -> None:
    rosa, push = await signed_in(cast.rosa), PushDouble()
    await rosa.post_json("/push/subscriptions", push_subscription())
    assert "Did you get it?" in words(await rosa.submit("/reminders/test"))
    await Sender(database, push, clock, "https://localhost").tick()
    assert len(push.sent) == 1
    token = push.token()
    assert (await rosa.post_json("/push/receipts", {"token": token, "event": "shown"})).status_code == 200
    answer = await rosa.submit("/reminders/test/answer", {"got": got})
    assert answer.url.path == lands
    if got == "no":
        assert "Your phone showed it" in words(answer)


async def test_case_90_simultaneous_presses_are_one_test(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa = await signed_in(cast.rosa)
    presses = await asyncio.gather(*(rosa.submit_and_stay("/reminders/test", {}) for _ in range(4)))
    [sent] = await rows(database, Reminder, Reminder.kind == ReminderKind.TEST)
    assert {(press.status_code, press.headers["location"]) for press in presses} == {
        (303, f"/reminders/test?sent={sent.id}")
    }
