"""How much is said to one person: what falls due within two hours is one notification, and few a day. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.reminders.rules import Quiet

TOGETHER = timedelta(hours=2)
MOST_A_DAY = 2  # beside the reminder just before a visit
FOLDS = ("visit", "check-in", "nudge")  # what may share a notification; a test, an alert, a change never wait
MORNING = time(9)
LAST_CALL = timedelta(hours=2)  # the reminder this close to its visit is never held back, and never counted


@dataclass(frozen=True)
class Due:
    """What there is to know of a reminder here; `next_at` is when it would be said by itself."""

    id: str
    kind: str
    moment: datetime
    next_at: datetime
    expires_at: datetime


def is_last_call(due: Due) -> bool:
    return due.kind == "visit" and due.expires_at - due.moment <= LAST_CALL


def may_come_early(later: Due, now: datetime) -> bool:
    """A visit's reminder and a nudge may be said with what is said now; a check-in not before it can be answered."""
    return later.kind != "check-in" or later.moment <= now


def waits_until(due: Sequence[Due], later: Iterable[Due], now: datetime) -> datetime | None:
    """When what is due now is better said: with a check-in that opens within two hours. None for now.

    Nothing waits longer than two hours past its own moment, nor where less than half of its use would be left.
    """
    opens = [other.next_at for other in later if not may_come_early(other, now)]
    fit = [at for at in opens if all(_may_wait(one, at) for one in due)]
    return max(fit, default=None)


def _may_wait(due: Due, until: datetime) -> bool:
    if is_last_call(due) or until - due.moment > TOGETHER:
        return False
    return due.expires_at - until >= (due.expires_at - due.moment) / 2


def lead_of(group: Sequence[Due]) -> Due:
    """Whose words come first, and whose policy brings the notification on: visits before check-ins, sooner first."""
    return min(group, key=lambda due: (FOLDS.index(due.kind), due.expires_at, due.id))


def must_wait(group: Sequence[Due], said_today: int, visits_today: int) -> bool:
    """Whether today has had enough. A visit always goes; check-ins leave room for the visits' reminders to come."""
    return all(due.kind != "visit" for due in group) and said_today + visits_today >= MOST_A_DAY


def next_morning(zone: str, quiet: Quiet | None, now: datetime) -> datetime:
    """Nine o'clock tomorrow where the patient is, or when quiet hours end if that is later."""
    tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    at = max(MORNING, quiet.end) if quiet and quiet.end < time(12) else MORNING
    return _utc(tomorrow, at, zone)


def day_of(zone: str, now: datetime) -> tuple[datetime, datetime]:
    """The patient's today, from midnight to midnight, in UTC."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return _utc(today, time(), zone), _utc(today + timedelta(days=1), time(), zone)


def _utc(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at).replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(ZoneInfo("UTC"))
