"""Turning reminders on for a device."""

from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import push_subscription


async def test_the_page_asks_until_the_device_takes_reminders(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    assert "May we remind you?" in words(await rosa.get("/reminders"))
    await rosa.post_json("/push/subscriptions", push_subscription())
    assert "Reminders are on" in words(await rosa.get("/reminders"))
