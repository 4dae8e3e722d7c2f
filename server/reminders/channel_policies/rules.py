"""Pure rules of a channel policy: which channels a reminder uses, in which order, and how long we wait for each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.channels.protocol import ChannelName
from server.reminders.states import ReminderKind


@dataclass(frozen=True)
class ChannelWait:
    """One channel of a policy, and how long to wait for a showing (or an opened link) before the next one."""

    channel: ChannelName
    wait: timedelta


# The default channels of each kind, in order. A clinic may change them. After the last one, staff call.
DEFAULT_POLICY = {
    ReminderKind.VISIT: (
        ChannelWait(ChannelName.PUSH, timedelta(minutes=30)),
        ChannelWait(ChannelName.TEXT, timedelta(minutes=45)),
        ChannelWait(ChannelName.EMAIL, timedelta(minutes=60)),
    ),
    ReminderKind.CHANGE: (
        ChannelWait(ChannelName.PUSH, timedelta(minutes=30)),
        ChannelWait(ChannelName.TEXT, timedelta(minutes=45)),
        ChannelWait(ChannelName.EMAIL, timedelta(minutes=60)),
    ),
    ReminderKind.CHECK_IN: (
        ChannelWait(ChannelName.PUSH, timedelta(hours=4)),
        ChannelWait(ChannelName.EMAIL, timedelta(hours=20)),
    ),
    ReminderKind.NUDGE: (
        ChannelWait(ChannelName.PUSH, timedelta(hours=4)),
        ChannelWait(ChannelName.TEXT, timedelta(hours=12)),
    ),
    # To one contact on call; the rota says who is next (flags.escalation).
    ReminderKind.ON_CALL: (
        ChannelWait(ChannelName.TEXT, timedelta(minutes=5)),
        ChannelWait(ChannelName.EMAIL, timedelta(minutes=5)),
    ),
    ReminderKind.OVERDUE: (
        ChannelWait(ChannelName.TEXT, timedelta(minutes=30)),
        ChannelWait(ChannelName.EMAIL, timedelta(minutes=30)),
    ),
}


PUSH_ONLY = (ChannelWait(ChannelName.PUSH, timedelta(days=1)),)


def policy_for(
    kind: ReminderKind, own_policy: Mapping[str, Sequence[Sequence[str | int]]], able: Collection[str]
) -> tuple[ChannelWait, ...]:
    """The policy of a kind: the clinic's (kind → [[channel, minutes], …]) or the default; available channels only."""
    same: ReminderKind = ReminderKind.VISIT if kind == ReminderKind.CHANGE else kind
    own = own_policy.get(same)
    steps = (
        [ChannelWait(ChannelName(str(c)), timedelta(minutes=int(m))) for c, m in own]
        if own
        else DEFAULT_POLICY.get(kind, PUSH_ONLY)
    )
    return tuple(step for step in steps if step.channel in able)


def next_channel_time(steps: Sequence[ChannelWait], index: int, now: datetime, expires_at: datetime) -> datetime:
    """When the next channel starts: after the wait, or earlier to leave all later channels a fair share of the time."""
    share = (expires_at - now) / (len(steps) - index + 1)
    return now + min(steps[index].wait, share)
