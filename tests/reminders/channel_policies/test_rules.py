"""Which channels a reminder uses, in which order, and how long each one waits."""

from datetime import UTC, datetime, timedelta

import pytest

from server.channels.protocol import ChannelName
from server.reminders.channel_policies.rules import ChannelWait, next_channel_time, policy_for
from server.reminders.states import ReminderKind

ALL = tuple(ChannelName)
NOW = datetime(2026, 11, 16, 14, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def names(kind: ReminderKind, own: dict[str, list[list[str | int]]], able: tuple[str, ...] = ALL) -> list[str]:
    return [step.channel for step in policy_for(kind, own, able)]


@pytest.mark.parametrize(
    ("kind", "channels"),
    [
        (ReminderKind.VISIT, ["push", "text", "email"]),
        (ReminderKind.CHANGE, ["push", "text", "email"]),
        (ReminderKind.CHECK_IN, ["push", "email"]),
        (ReminderKind.NUDGE, ["push", "text"]),
        (ReminderKind.ON_CALL, ["text", "email"]),
        (ReminderKind.OVERDUE, ["text", "email"]),
        (ReminderKind.TEST, ["push"]),
        (ReminderKind.ALERT, ["push"]),
        (ReminderKind.DEVICE_CHECK, ["push"]),
    ],
)
def test_each_kind_has_its_own_channels_in_order(kind: ReminderKind, channels: list[str]) -> None:
    assert names(kind, {}) == channels


def test_a_channel_that_is_not_set_up_is_left_out() -> None:
    assert names(ReminderKind.VISIT, {}, ("push", "email")) == ["push", "email"]
    assert names(ReminderKind.ON_CALL, {}, ("push",)) == []


def test_the_clinics_policy_overrides_the_default_even_for_changes() -> None:
    own: dict[str, list[list[str | int]]] = {"visit": [["text", 20], ["push", 90]]}
    assert policy_for(ReminderKind.VISIT, own, ALL) == (
        ChannelWait(ChannelName.TEXT, 20 * MINUTE),
        ChannelWait(ChannelName.PUSH, 90 * MINUTE),
    )
    assert names(ReminderKind.CHANGE, own) == ["text", "push"]
    assert names(ReminderKind.CHECK_IN, own) == ["push", "email"]


@pytest.mark.parametrize(
    ("index", "hours", "minutes"),
    [
        (0, 24, 30),  # its own wait
        (1, 24, 45),
        (2, 24, 60),
        (0, 1, 15),  # a quarter of the hour that is left: three channels, and the time before the end
        (1, 1, 20),
        (2, 1, 30),
    ],
)
def test_the_next_channel_starts_early_enough_for_each_to_have_its_share(index: int, hours: int, minutes: int) -> None:
    steps = policy_for(ReminderKind.VISIT, {}, ALL)
    assert next_channel_time(steps, index, NOW, NOW + hours * HOUR) == NOW + minutes * MINUTE
