"""A visit as an iCalendar file (RFC 5545): private by default, in the clinic's own zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event


def visit_file(
    *,
    uid: str,
    starts: datetime,
    zone: str,
    minutes: int,
    place: str,
    title: str,
    note: str,
    changes: int,
    cancelled: bool,
    now: datetime,
) -> bytes:
    """`starts` is wall time in `zone`. SEQUENCE grows with each change, so that a calendar takes the newer file."""
    event = Event()
    begins = starts.replace(tzinfo=ZoneInfo(zone))
    event.add("uid", f"{uid}@interlude")
    event.add("dtstamp", now)
    event.add("dtstart", begins)
    event.add("dtend", begins + timedelta(minutes=minutes))
    event.add("summary", title)
    event.add("location", place)
    event.add("description", note)
    event.add("sequence", changes)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(hours=-2))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Interlude//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
