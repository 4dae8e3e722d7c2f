"""A clinic's channel policy, and after how many days without a sign a device counts as silent."""

from datetime import timedelta

from server import audit
from server.channels.protocol import ChannelName
from server.db import Work
from server.people.models import Clinic
from server.phone_numbers import countries as number_countries
from server.reminders.channel_policies import rules as policies
from server.reminders.channel_policies.validation import CHANNELS, KINDS, PolicyChange, check
from server.reminders.states import ReminderKind


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
    check(steps, silent_days)
    clinic.text_countries = [code for code in change.text_countries if number_countries.is_country(code)]
    clinic.channel_policy = {kind: [list(step) for step in steps[kind]] for kind in KINDS}
    clinic.silent_days = silent_days
    audit.record(work, "clinic.channel-policy", clinic, silent_days=silent_days)
