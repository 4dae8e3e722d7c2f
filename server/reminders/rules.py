"""Pure rules: when to remind, how long a reminder stays useful, when to retry."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from server.channels.protocol import ChannelName
from server.clock import to_utc, to_wall


class ReminderKind(StrEnum):
    """`DEVICE_CHECK` asks a silent device to open the app; `ALERT`, `ON_CALL` and `OVERDUE` go to staff."""

    VISIT = "visit"
    CHANGE = "change"
    CHECK_IN = "check-in"
    NUDGE = "nudge"
    TEST = "test"
    DEVICE_CHECK = "device-check"
    ALERT = "alert"
    ON_CALL = "on-call"
    OVERDUE = "overdue"


class ReminderState(StrEnum):
    """`COMBINED`: part of another reminder's notification. `SKIPPED`: the patient got enough notifications that day.

    `UNREACHED`: sent on every channel, and seen on none. `MISSED`: it expired before it was sent.
    """

    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    COMBINED = "combined"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    MISSED = "missed"
    UNREACHED = "unreached"
    FAILED = "failed"


class Reply(StrEnum):
    """To a visit, by a button of its reminder, a link or a page."""

    COMING = "coming"
    CANT_COME = "cant"
    ANOTHER_TIME = "another"


class AttemptState(StrEnum):
    """One try: `SENDING` is stored before it; the device's receipts lead to `SHOWN`, `OPENED` and `ANSWERED`."""

    SENDING = "sending"
    ANSWERED = "answered"
    OPENED = "opened"
    SHOWN = "shown"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    FAILED = "failed"


DAY = timedelta(days=1)
EARLIER = timedelta(minutes=15)  # how long before quiet hours to send what they would make useless
LEASE = timedelta(seconds=60)
CLOCK_SLACK = timedelta(minutes=2)  # clocks of several machines may be this far apart
MOST_TRIES = 8
FIRST_WAIT = 30.0  # seconds
LONGEST_WAIT = 1800.0  # seconds
REFUSED_WAIT = 600.0  # seconds; 400, 401 and 403 are faults on our side that we have to fix
TEST_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class ChannelWait:
    """One channel of a policy, and how long to wait for a showing (or an opened link) before the next one."""

    channel: ChannelName
    wait: timedelta


# Audiences. A reminder for the patient goes to the caregivers too, unless only the patient may answer.
EVERYBODY, PATIENT_ALONE = "patient", "patient-alone"
ABOUT_VISITS = (ReminderKind.VISIT, ReminderKind.CHANGE)
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

# States of attempts, best first. The best one of a reminder's attempts is its state.
BEST_FIRST = (
    AttemptState.ANSWERED,
    AttemptState.OPENED,
    AttemptState.SHOWN,
    AttemptState.ACCEPTED,
    AttemptState.SENDING,
    AttemptState.UNKNOWN,
    AttemptState.FAILED,
)
SEEN = (AttemptState.ANSWERED, AttemptState.OPENED, AttemptState.SHOWN)


@dataclass(frozen=True)
class Offset:
    """How long before a visit: whole days at a wall time in the clinic's zone, or hours."""

    days: int = 0
    at: time | None = None
    hours: int = 0


VISIT_OFFSETS = (Offset(days=3, at=time(10)), Offset(days=1, at=time(10)), Offset(hours=2))


@dataclass(frozen=True)
class Planned:
    kind: ReminderKind
    moment: datetime
    expires_at: datetime


def plan_visit(starts: datetime, zone: str, now: datetime, offsets: Iterable[Offset] = VISIT_OFFSETS) -> list[Planned]:
    """Reminders still to come for a visit that starts at wall time `starts` in `zone`, in order.

    It plans none in the past (case 15), nor one at or after the visit. Each stays useful until the next one, the last
    until the visit.
    """
    begins = to_utc(starts, zone)
    moments = sorted({_moment(starts, zone, offset) for offset in offsets})
    coming = [m for m in moments if now <= m < begins]
    ends = [*coming[1:], begins]
    return [Planned(ReminderKind.VISIT, moment, end) for moment, end in zip(coming, ends, strict=False)]


def _moment(starts: datetime, zone: str, offset: Offset) -> datetime:
    if offset.at is None:
        return to_utc(starts, zone) - timedelta(hours=offset.hours)
    return to_utc(datetime.combine(starts.date() - timedelta(days=offset.days), offset.at), zone)


def plan_checkin(due: datetime, closes: datetime, nudge_after: timedelta | None) -> list[Planned]:
    """A notification when a check-in is due, and at most one nudge while it is open."""
    nudge = due + nudge_after if nudge_after else None
    if nudge is None or nudge >= closes:
        return [Planned(ReminderKind.CHECK_IN, due, closes)]
    return [Planned(ReminderKind.CHECK_IN, due, nudge), Planned(ReminderKind.NUDGE, nudge, closes)]


def policy_for(
    kind: ReminderKind, own_policy: Mapping[str, Sequence[Sequence[str | int]]], able: Collection[str]
) -> tuple[ChannelWait, ...]:
    """The policy of a kind: the clinic's (kind → [[channel, minutes], …]) or the default; available channels only."""
    own = own_policy.get("visit" if kind == ReminderKind.CHANGE else kind)
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


@dataclass(frozen=True)
class Quiet:
    """Wall times between which a person wants no sound, in the person's zone; may span midnight."""

    start: time
    end: time
    zone: str


def heard_at(plan: Planned, quiet: Quiet | None, now: datetime) -> datetime:
    """When to send it: at its moment, or after quiet hours, or before them if it would be of little use after them.

    Of little use: less than half of the time from the moment to the expiry would be left.
    """
    if quiet is None:
        return plan.moment
    wall = to_wall(plan.moment, quiet.zone)
    if not _is_quiet(wall.time(), quiet):
        return plan.moment
    ends = wall.date() if wall.time() < quiet.end else wall.date() + DAY
    began = wall.date() if wall.time() >= quiet.start else wall.date() - DAY
    after = to_utc(datetime.combine(ends, quiet.end), quiet.zone)
    before = to_utc(datetime.combine(began, quiet.start), quiet.zone)
    if plan.expires_at - after >= (plan.expires_at - plan.moment) / 2:
        return after
    if before - EARLIER >= now or after >= plan.expires_at:
        return max(before - EARLIER, now)
    return after


def _is_quiet(wall: time, quiet: Quiet) -> bool:
    if quiet.start <= quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


def backoff(tries: int, retry_after: float | None, jitter: float) -> timedelta:
    """The wait before attempt `tries` + 1. `jitter` in 0..1 spreads retries over half of it."""
    doubled = min(FIRST_WAIT * 2 ** max(tries - 1, 0), LONGEST_WAIT)
    return timedelta(seconds=max(doubled * (0.5 + jitter / 2), retry_after or 0.0))


def status_of(state: ReminderState, attempts: Iterable[str]) -> str:
    """The status that staff see, from the reminder's own state and the states of its attempts."""
    reached = set(attempts)
    if state in (ReminderState.CANCELLED, ReminderState.MISSED, ReminderState.UNREACHED, ReminderState.SKIPPED):
        return next((word for word in SEEN if word in reached), state)
    if state in (ReminderState.SCHEDULED, ReminderState.COMBINED) and not reached:
        return ReminderState.SCHEDULED
    return next((word for word in BEST_FIRST if word in reached), state)
