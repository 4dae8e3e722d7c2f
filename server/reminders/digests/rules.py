"""Pure rules of digests: reminders due within two hours share a notification, and each patient gets few a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from server.clock import on_day, to_wall
from server.reminders.quiet_hours.rules import Quiet
from server.reminders.states import ReminderKind

TOGETHER = timedelta(hours=2)
MOST_A_DAY = 2  # not counting the last reminder before a visit
COMBINABLE = (
    ReminderKind.VISIT,
    ReminderKind.CHECK_IN,
    ReminderKind.NUDGE,
)  # kinds that may share a notification; a test, an alert or a change never waits
MORNING = time(9)
LAST_CALL = timedelta(hours=2)  # a reminder this close to its visit is never held back, and never counted


@dataclass(frozen=True)
class Due:
    """The facts about a reminder that these rules need; `next_at` is when it would go out on its own."""

    id: str
    kind: ReminderKind
    moment: datetime
    next_at: datetime
    expires_at: datetime


def is_last_call(due: Due) -> bool:
    return due.kind == ReminderKind.VISIT and due.expires_at - due.moment <= LAST_CALL


def may_come_early(later: Due, now: datetime) -> bool:
    """Whether it may join a digest now: visits and nudges always, a check-in not before it can be answered."""
    return later.kind != ReminderKind.CHECK_IN or later.moment <= now


def waits_until(due: Sequence[Due], later: Iterable[Due], now: datetime) -> datetime | None:
    """When to send the due reminders together with a check-in that opens within two hours; None for now.

    No reminder waits more than two hours past its own moment, or until less than half of its useful time is left.
    """
    opens = [other.next_at for other in later if not may_come_early(other, now)]
    fit = [at for at in opens if all(_may_wait(one, at) for one in due)]
    return max(fit, default=None)


def _may_wait(due: Due, until: datetime) -> bool:
    if is_last_call(due) or until - due.moment > TOGETHER:
        return False
    return due.expires_at - until >= (due.expires_at - due.moment) / 2


def carrier_of(group: Sequence[Due]) -> Due:
    """The carrier, whose text comes first and whose channel policy applies: visits first, then the soonest."""
    return min(group, key=lambda due: (COMBINABLE.index(due.kind), due.expires_at, due.id))


def must_wait(group: Sequence[Due], sent_today: int, appointments_today: int) -> bool:
    """Whether the patient got enough notifications today.

    A visit always goes out. Check-ins leave room for today's visit reminders.
    """
    return all(due.kind != ReminderKind.VISIT for due in group) and sent_today + appointments_today >= MOST_A_DAY


def next_morning(zone: str, quiet: Quiet | None, now: datetime) -> datetime:
    """Nine o'clock tomorrow in the patient's zone, or the end of quiet hours if that is later."""
    tomorrow = to_wall(now, zone).date() + timedelta(days=1)
    at = max(MORNING, quiet.end) if quiet and quiet.end < time(12) else MORNING
    return on_day(tomorrow, at, zone)


def day_of(zone: str, now: datetime) -> tuple[datetime, datetime]:
    """The start and end of the patient's current day, in UTC."""
    today = to_wall(now, zone).date()
    return on_day(today, time(), zone), on_day(today + timedelta(days=1), time(), zone)
