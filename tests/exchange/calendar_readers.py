"""Calendar files as other programs read them: vobject, and dateutil alone."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

import vobject
from dateutil import tz
from icalendar import Calendar, Component


@dataclass(frozen=True)
class Read:
    """What a reader found out about the visit."""

    begins: datetime
    ends: datetime
    title: str
    place: str
    note: str


def by_vobject(body: bytes) -> Read:
    event = vobject.readOne(body.decode()).vevent
    begins, ends = (moment.value.astimezone(UTC) for moment in (event.dtstart, event.dtend))
    return Read(begins, ends, event.summary.value, event.location.value, event.description.value)


def by_icalendar(body: bytes) -> Read:
    """Reads the zone from the file, not from this machine."""
    calendar = Calendar.from_ical(body)
    [zone] = (part.to_tz(lookup_tzid=False) for part in calendar.timezones)
    [event] = calendar.walk("VEVENT")
    begins, ends = _moments(event, zone)
    return Read(begins, ends, str(event["SUMMARY"]), str(event["LOCATION"]), str(event["DESCRIPTION"]))


def by_dateutil(body: bytes) -> tuple[datetime, datetime]:
    """dateutil reads only the zone."""
    text = body.decode()
    start, end = text.index("BEGIN:VTIMEZONE"), text.index("BEGIN:VEVENT")
    zone = tz.tzical(io.StringIO(text[start:end])).get()
    assert zone is not None
    [event] = Calendar.from_ical(body).walk("VEVENT")
    return _moments(event, zone)


def _moments(event: Component, zone: tzinfo) -> tuple[datetime, datetime]:
    begins, ends = (_moment(event[name], zone) for name in ("DTSTART", "DTEND"))
    return begins, ends


def _moment(field: Any, zone: tzinfo) -> datetime:
    moment: datetime = field.dt
    return (moment.replace(tzinfo=zone) if "TZID" in field.params else moment).astimezone(UTC)
