"""An appointment as an iCalendar file (RFC 5545): private by default, in the clinic's zone."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from server.clock import to_utc
from server.exchange.zone_rules import Observance, YearlyRule, observances

if TYPE_CHECKING:
    from icalendar import Event, Timezone, TimezoneDaylight, TimezoneStandard

LINE_END = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True)
class CalendarAppointment:
    """An appointment as a calendar shows it. `starts` is wall time in `zone`."""

    uid: str
    starts: datetime
    zone: str
    minutes: int
    place: str
    title: str
    note: str
    changes: int
    cancelled: bool


def appointment_file(appointment: CalendarAppointment, now: datetime) -> bytes:
    """The iCalendar file. SEQUENCE grows with each change, so that calendars accept the newer file."""
    from icalendar import Alarm, Calendar, Event

    event = Event()
    begins = to_utc(appointment.starts, appointment.zone)
    event.add("uid", f"{appointment.uid}@interlude")
    event.add("dtstamp", now)
    _add_moment(event, "dtstart", begins, appointment.zone)
    _add_moment(event, "dtend", begins + timedelta(minutes=appointment.minutes), appointment.zone)
    event.add("summary", _plain(appointment.title))
    event.add("location", _plain(appointment.place))
    event.add("description", _plain(appointment.note))
    event.add("sequence", appointment.changes)
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    if not appointment.cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _plain(appointment.title))
        alarm.add("trigger", timedelta(hours=-2))
        event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Interlude//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_timezone(appointment.zone, appointment.starts.year))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _add_moment(event: "Event", name: str, moment: datetime, zone: str) -> None:
    """Wall time in the zone, or UTC where clocks show that wall time twice: readers disagree on which one it is."""
    there = moment.astimezone(ZoneInfo(zone))
    if there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset():
        event.add(name, moment.astimezone(UTC))
    else:
        event.add(name, there.replace(tzinfo=None), parameters={"TZID": zone})


def _timezone(zone: str, year: int) -> "Timezone":
    from icalendar import Timezone

    timezone = Timezone()
    timezone.add("tzid", zone)
    for observance in observances(zone, year):
        timezone.add_component(_observance(observance))
    return timezone


def _observance(observance: Observance) -> "TimezoneStandard | TimezoneDaylight":
    from icalendar import TimezoneDaylight, TimezoneStandard

    kind = observance.kind
    component = TimezoneDaylight() if kind.daylight else TimezoneStandard()
    component.add("dtstart", observance.onset)
    component.add("tzoffsetfrom", kind.before)
    component.add("tzoffsetto", kind.after)
    component.add("tzname", kind.name)
    if observance.rule:
        component.add("rrule", _recurrence(observance.rule))
    return component


def _recurrence(rule: YearlyRule) -> dict[str, Any]:
    parts = {"freq": "yearly", "bymonth": rule.month, "byday": rule.by_day, "bymonthday": list(rule.by_month_day)}
    return {name: value for name, value in parts.items() if value} | ({"until": rule.until} if rule.until else {})


def _plain(text: str) -> str:
    """The text with "\\n" for every kind of line end, and without the control characters that the format forbids."""
    kept = LINE_END.sub("\n", text)
    return "".join(mark for mark in kept if mark in "\n\t" or unicodedata.category(mark) not in ("Cc", "Cs"))
