"""A clinic's channel policy, and after how many days without a sign a device counts as silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from server import audit
from server.channels.protocol import ChannelName
from server.db import Work
from server.people.models import Clinic
from server.phone_numbers import countries as number_countries
from server.reminders.channel_policies import rules as policies
from server.reminders.states import ReminderKind

KINDS = (ReminderKind.VISIT, ReminderKind.CHECK_IN, ReminderKind.NUDGE)
CHANNELS = (ChannelName.PUSH, ChannelName.TEXT, ChannelName.EMAIL)
MOST_STEPS = 3
WAITS = (5, 48 * 60)  # minutes
SILENCE = (3, 90)  # days

Policy = Mapping[ReminderKind, Sequence[tuple[ChannelName, int]]]


@dataclass(frozen=True)
class PolicyChange:
    """`text_countries` are ISO 3166 codes; if empty, texts go only to the clinic's own country."""

    steps: Policy
    silent_days: int
    text_countries: tuple[str, ...] = ()


class BadPolicy(ValueError):
    """A policy that cannot be saved; `why` is a key that the page translates, `kind` the one at fault if one is."""

    def __init__(self, why: str, kind: ReminderKind | None = None) -> None:
        super().__init__(why)
        self.why, self.kind = why, kind


def text_countries(clinic: Clinic) -> list[str]:
    """ISO 3166 codes of the countries where texts may go: by default the clinic's own."""
    return clinic.text_countries or [clinic.country]


def of(clinic: Clinic) -> dict[ReminderKind, list[tuple[ChannelName, int]]]:
    """Kind → (channel, minutes to wait) in order: the clinic's policy, or the default."""
    steps = {kind: policies.policy_for(kind, clinic.channel_policy, CHANNELS) for kind in KINDS}
    return {
        kind: [(step.channel, step.wait // timedelta(minutes=1)) for step in found] for kind, found in steps.items()
    }


async def change(work: Work, clinic: Clinic, change: PolicyChange) -> None:
    """Save a policy. Raises BadPolicy before it changes anything.

    A reminder that was already sent follows the new policy from its next channel on.
    """
    steps, silent_days = change.steps, change.silent_days
    _check(steps, silent_days)
    clinic.text_countries = [code for code in change.text_countries if number_countries.is_country(code)]
    clinic.channel_policy = {kind: [list(step) for step in steps[kind]] for kind in KINDS}
    clinic.silent_days = silent_days
    audit.record(work, "clinic.channel-policy", clinic, silent_days=silent_days)


def is_wait(minutes: int) -> bool:
    return WAITS[0] <= minutes <= WAITS[1]


def _check(steps: Policy, silent_days: int) -> None:
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
