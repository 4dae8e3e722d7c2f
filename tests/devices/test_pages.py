"""Turning reminders on, and what a device reports about them (cases 28, 30, 31, 36)."""

from typing import Any

import pytest
from httpx import Response

from server.access.models import Subscription
from server.db import Database
from server.delivery.sender import Sender
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.push_double import PushDouble
from tests.stories import push_subscription, rows


async def subscribe(device: Browser, body: Any) -> Response:
    return await device.post_json("/push/subscriptions", body)


async def test_a_staff_member_turns_alerts_on_for_their_own_device(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    assert (await maria.post_json("/staff/push/subscriptions", push_subscription())).status_code == 200
    assert (await maria.post_json("/push/subscriptions", push_subscription())).status_code == 401
    assert len(await rows(database, Subscription)) == 1


@pytest.mark.parametrize(("user_agent", "got", "lands"), [("iPhone", "yes", "/"), ("iPhone", "no", "/reminders/help")])
async def test_a_test_notification_is_sent_and_the_page_asks_whether_it_came(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, user_agent: str, got: str, lands: str
) -> None:
    rosa, push = await signed_in(cast.rosa), PushDouble()
    await subscribe(rosa, push_subscription())
    assert "Did you get it?" in words(await rosa.submit("/reminders/test"))
    await Sender(database, push, clock, "https://localhost").tick()
    assert len(push.sent) == 1
    token = push.token()
    assert (await rosa.post_json("/push/receipts", {"token": token, "event": "shown"})).status_code == 200
    answer = await rosa.submit("/reminders/test/answer", {"got": got})
    assert answer.url.path == lands
    if got == "no":
        assert "Your phone showed it" in words(answer)
