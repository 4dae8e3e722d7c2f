"""When an outcome is due, and when the next contact on call is notified: pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from server import opening_hours
from server.flags.rules import Severity
from server.opening_hours import ALL_WEEKDAYS, WeekHours, or_office_hours

THIS_WEEK_HOURS = 48  # weekday hours to an outcome
TODAY_HOURS = 4  # staffed hours to an outcome
ROUNDS = 3  # how often we notify the whole on-call order of an urgent flag
ROUND_WAIT = timedelta(hours=1)  # before the next round
OVERDUE_WAIT = timedelta(hours=1)  # staffed hours between two contacts for an overdue flag


def due(severity: Severity, raised_at: datetime, zone: str, staffed: WeekHours) -> datetime:
    """When an outcome is due: at once, after 4 staffed hours (for today, if any are set), or after 48 weekday hours."""
    match severity:
        case Severity.URGENT:
            return raised_at
        case Severity.TODAY if staffed:
            return opening_hours.after(raised_at, timedelta(hours=TODAY_HOURS), staffed, zone)
        case Severity.TODAY | Severity.THIS_WEEK:
            return opening_hours.after(raised_at, timedelta(hours=THIS_WEEK_HOURS), ALL_WEEKDAYS, zone)
        case _:
            assert_never(severity)


def escalates_at(severity: Severity, due_at: datetime, now: datetime, wait: timedelta, clinic: "Hours") -> datetime:
    """When the first contact is notified: of an urgent flag after `wait`, of others once overdue, in staffed hours."""
    if severity == Severity.URGENT:
        return now + wait
    return clinic.open_from(max(due_at, now))


def after_taking(severity: Severity, due_at: datetime, now: datetime, clinic: "Hours") -> datetime:
    """When a taken flag escalates: when it is due; if that is past, when a new one that is not urgent would be due."""
    if due_at > now:
        return clinic.open_from(due_at)
    return clinic.open_from(
        due(Severity.THIS_WEEK if severity == Severity.THIS_WEEK else Severity.TODAY, now, clinic.zone, clinic.staffed)
    )


def next_contact_at(
    severity: Severity, notified: int, contacts: int, now: datetime, wait: timedelta, clinic: "Hours"
) -> datetime | None:
    """When to notify the next contact after `notified` of them; None after all (ROUNDS times if urgent)."""
    rounds = ROUNDS if severity == Severity.URGENT else 1
    if contacts == 0 or notified >= contacts * rounds:
        return None
    if severity != Severity.URGENT:
        return opening_hours.after(now, OVERDUE_WAIT, clinic.watched, clinic.zone)
    return now + (ROUND_WAIT if notified % contacts == 0 else wait)


@dataclass(frozen=True)
class Hours:
    """When the clinic's staff read answers: its staffed hours, or OFFICE_HOURS if it has set none."""

    zone: str
    staffed: WeekHours

    @property
    def watched(self) -> WeekHours:
        return or_office_hours(self.staffed)

    def open_from(self, moment: datetime) -> datetime:
        """`moment`, or the next time when staff are there."""
        return opening_hours.after(moment, timedelta(), self.watched, self.zone)
