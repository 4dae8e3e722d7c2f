"""Dates of a series, allowed status changes, checks on new appointments: pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from server import opening_hours
from server.clock import to_utc, to_wall
from server.opening_hours import WeekHours
from server.reminders.states import Reply


class AppointmentStatus(StrEnum):
    """FHIR R4 AppointmentStatus, as far as we use it."""

    PROPOSED = "proposed"
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NOSHOW = "noshow"


LONGEST_SERIES = 40
SHORTEST, LONGEST = 5, 24 * 60  # minutes
FARTHEST = timedelta(days=3 * 365)  # a later date is probably a mistyped year
PLACE = 200  # characters
CALL_AHEAD = timedelta(hours=26)  # an appointment without a reply is on the call list from then on
ENOUGH_TO_ANSWER = timedelta(hours=4)  # staffed hours before a visit, for staff to act on a reply
NEED_STAFF = (Reply.CANT_COME, Reply.ANOTHER_TIME)
UPCOMING = (AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)

# FHIR R4 AppointmentStatus: which states may follow each state.
NEXT = {
    AppointmentStatus.PROPOSED: (AppointmentStatus.BOOKED, AppointmentStatus.CANCELLED),
    AppointmentStatus.BOOKED: (
        AppointmentStatus.ARRIVED,
        AppointmentStatus.FULFILLED,
        AppointmentStatus.NOSHOW,
        AppointmentStatus.CANCELLED,
    ),
    AppointmentStatus.ARRIVED: (AppointmentStatus.FULFILLED, AppointmentStatus.BOOKED, AppointmentStatus.NOSHOW),
    AppointmentStatus.FULFILLED: (AppointmentStatus.ARRIVED,),
    AppointmentStatus.NOSHOW: (AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED),
    AppointmentStatus.CANCELLED: (),
}


AppointmentFault = Literal["care", "changed", "count", "far", "gap", "minutes", "missing", "over", "past", "status"]
# Fault → the fields of the form that it is about.
WRONG_FIELDS: Mapping[AppointmentFault, Sequence[str]] = {
    "gap": ("date", "time"),
    "past": ("date", "time"),
    "far": ("date", "time"),
    "minutes": ("minutes",),
    "count": ("count",),
}


class BadAppointment(ValueError):
    """Why an appointment cannot be booked, as a key that the page turns into words, and the form's fields at fault."""

    def __init__(self, why: AppointmentFault, when: datetime | None = None, fields: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.why: AppointmentFault = why
        self.when = when
        self.fields = fields or WRONG_FIELDS.get(why, ())


class AppointmentChanged(Exception):
    """The appointment is not what the page showed. `was` is the wall time on screen, if the page sent it."""

    def __init__(self, was: datetime | None = None) -> None:
        super().__init__("the visit has changed")
        self.was = was


class AnsweredMeanwhile(Exception):
    """Somebody else has given a different reply since the page was shown."""


def read_time_shown(text: str) -> datetime | None:
    """The wall time in an `Appointment.shown` that a page sent back; None if the text is not one."""
    try:
        return datetime.fromisoformat(text.partition(" ")[0]).replace(tzinfo=None)
    except ValueError:
        return None


def series_days(first: date, weekdays: frozenset[int], count: int) -> list[date]:
    """The first `count` days from `first` on that fall on `weekdays` (Monday is 0). Raises BadAppointment.

    Without weekdays: `first` and the same day of the following weeks.
    """
    if not 1 <= count <= LONGEST_SERIES:
        raise BadAppointment("count")
    if first > date.max - timedelta(weeks=count):
        raise BadAppointment("far")
    if not weekdays:
        return [first + timedelta(weeks=week) for week in range(count)]
    days: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() in weekdays:
            days.append(day)
        day += timedelta(days=1)
    return days


def check_start(wall: datetime, zone: str, now: datetime) -> datetime:
    """The moment (UTC) of `wall` in `zone`. Raises BadAppointment if it is past, too far ahead, or in a gap.

    A gap is a wall time that clocks skip in spring (case 9).
    """
    today = to_wall(now, zone)
    if wall < today - timedelta(days=1):
        raise BadAppointment("past", wall)
    if wall > today + FARTHEST:
        raise BadAppointment("far", wall)
    moment = to_utc(wall, zone)
    if to_wall(moment, zone) != wall:
        raise BadAppointment("gap", wall)
    if moment < now:
        raise BadAppointment("past", wall)
    return moment


def check_care(has_ended: bool) -> None:
    """Raises BadAppointment for a patient who has died or is in hospice care: no visit may follow (case 117)."""
    if has_ended:
        raise BadAppointment("care")


def check_length(minutes: int | None) -> int:
    """The length in minutes. Raises BadAppointment if it is missing, too short or too long."""
    if minutes is None or not SHORTEST <= minutes <= LONGEST:
        raise BadAppointment("minutes")
    return minutes


def next_steps(status: AppointmentStatus, has_care_ended: bool) -> list[AppointmentStatus]:
    """The marks to offer to staff. After the end of care, nobody can book a visit any more (case 117)."""
    return [step for step in NEXT[status] if not (has_care_ended and step == AppointmentStatus.BOOKED)]


def may_become(status: AppointmentStatus, wanted: AppointmentStatus) -> bool:
    return wanted in NEXT.get(status, ())


def waits_for_staff(reply: Reply | None, handled_at: datetime | None) -> bool:
    """Whether the reply needs staff, and nobody has dealt with it."""
    return reply in NEED_STAFF and handled_at is None


def may_reply(status: AppointmentStatus, starts_at: datetime, now: datetime) -> bool:
    return status in UPCOMING and starts_at > now


def is_read_late(now: datetime, starts_at: datetime, hours: WeekHours, zone: str) -> bool:
    """Whether the clinic is closed now and opens too shortly before the visit, or not at all (case 142)."""
    is_closed = not opening_hours.is_open(hours, to_wall(now, zone))
    return is_closed and now < starts_at and opening_hours.between(now, starts_at, hours, zone) <= ENOUGH_TO_ANSWER
