"""An appointment as an iCalendar file (RFC 5545): private by default, in the clinic's zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event


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
    event = Event()
    begins = appointment.starts.replace(tzinfo=ZoneInfo(appointment.zone))
    event.add("uid", f"{appointment.uid}@interlude")
    event.add("dtstamp", now)
    event.add("dtstart", begins)
    event.add("dtend", begins + timedelta(minutes=appointment.minutes))
    event.add("summary", appointment.title)
    event.add("location", appointment.place)
    event.add("description", appointment.note)
    event.add("sequence", appointment.changes)
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", appointment.title)
    alarm.add("trigger", timedelta(hours=-2))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Interlude//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
