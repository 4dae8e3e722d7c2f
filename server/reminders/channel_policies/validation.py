"""Which channel policies a clinic may set. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from server.channels.protocol import ChannelName
from server.reminders.states import ReminderKind

KINDS = (ReminderKind.VISIT, ReminderKind.CHECK_IN, ReminderKind.NUDGE)
CHANNELS = (ChannelName.PUSH, ChannelName.TEXT, ChannelName.EMAIL)
MOST_STEPS = 3
WAITS = (5, 48 * 60)  # minutes
SILENCE = (3, 90)  # days

PolicyFault = Literal["none", "twice", "wait", "silence"]
Policy = Mapping[ReminderKind, Sequence[tuple[ChannelName, int]]]


@dataclass(frozen=True)
class PolicyChange:
    """`text_countries` are ISO 3166 codes; if empty, texts go only to the clinic's own country."""

    steps: Policy
    silent_days: int
    text_countries: tuple[str, ...] = ()


class BadPolicy(ValueError):
    """A policy that we cannot save; `why` is a key that the page translates, `kind` is the faulty kind, if any."""

    def __init__(self, why: PolicyFault, kind: ReminderKind | None = None) -> None:
        super().__init__(why)
        self.why: PolicyFault = why
        self.kind = kind


def is_wait(minutes: int) -> bool:
    return WAITS[0] <= minutes <= WAITS[1]


def check(steps: Policy, silent_days: int) -> None:
    """Raise BadPolicy for a policy without a channel, with one twice, or with a wait that is too short or too long."""
    for kind in KINDS:
        channels = [channel for channel, _ in steps[kind]]
        if not channels or not set(channels) <= set(CHANNELS):
            raise BadPolicy("none", kind)
        if len(set(channels)) != len(channels):
            raise BadPolicy("twice", kind)
        if not all(is_wait(minutes) for _, minutes in steps[kind]):
            raise BadPolicy("wait", kind)
    if not SILENCE[0] <= silent_days <= SILENCE[1]:
        raise BadPolicy("silence")
