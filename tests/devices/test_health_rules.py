"""Pure rules: the health of a device, and which devices to ask for a sign of life."""

from datetime import timedelta

import pytest

from server.access.rules import SubscriptionEnd
from server.devices import health_rules
from server.devices.health_rules import PushHealth, Signs
from tests.cast import NOW

DAY = timedelta(days=1)


def given(
    seen: int,
    asked: int | None = None,
    shown: int | None = None,
    ended: SubscriptionEnd | None = None,
    had: bool = True,
) -> Signs:
    """The signs of one device. All times are in days ago."""
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
def test_the_health_of_a_device(what: Signs, word: str) -> None:
    assert health_rules.word_of(what, NOW) == word


def test_a_device_is_asked_once_for_each_silence() -> None:
    assert health_rules.is_to_be_asked(given(14), 14, NOW)
    assert not health_rules.is_to_be_asked(given(13), 14, NOW)
    assert not health_rules.is_to_be_asked(given(30, asked=10), 14, NOW)
    assert not health_rules.is_to_be_asked(given(30, shown=3), 14, NOW)
    assert health_rules.is_to_be_asked(given(20, asked=40), 14, NOW)
    assert not health_rules.is_to_be_asked(given(30, ended=SubscriptionEnd.GONE), 14, NOW)


def test_one_device_that_shows_reminders_is_enough() -> None:
    assert health_rules.reason([PushHealth.NEVER, PushHealth.REACHED]) is None
    assert health_rules.reason([PushHealth.OFF, PushHealth.ASKED]) is None
    assert health_rules.reason([PushHealth.NEVER, PushHealth.SILENT]) == "silent"
    assert health_rules.reason([]) == "no-device"
