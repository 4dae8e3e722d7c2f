"""A visit in the phone's own calendar: private, in the clinic's zone, replaced when it changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from server.exchange.calendar import CalendarAppointment, appointment_file
from tests.cast import NOW

VISIT = CalendarAppointment(
    uid="abc",
    starts=datetime(2026, 12, 1, 10),
    zone="America/New_York",
    minutes=90,
    place="12 Elm Street",
    title="Clinic visit",
    note="Open Interlude.",
    changes=0,
    cancelled=False,
)


def event_of(body: bytes) -> Any:
    [event] = Calendar.from_ical(body).walk("VEVENT")
    return event


def test_it_is_a_calendar_that_others_read() -> None:
    calendar = Calendar.from_ical(appointment_file(VISIT, NOW))
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    [zone] = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "America/New_York"
    event = event_of(appointment_file(VISIT, NOW))
    assert event["UID"] == "abc@interlude"
    assert (event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt - event["DTSTART"].dt) == (
        datetime(2026, 12, 1, 15, tzinfo=UTC),
        timedelta(minutes=90),
    )
    [alarm] = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(hours=-2)


@pytest.mark.parametrize("text", ["Room; 2, \\ left\nBEGIN:VEVENT\nSUMMARY:Evil", "BEGIN:VALARM", "x" * 400])
def test_what_somebody_typed_cannot_add_lines(text: str) -> None:
    body = appointment_file(replace(VISIT, place=text, note=text), NOW)
    event = event_of(body)
    assert event["SUMMARY"] == "Clinic visit"
    assert str(event["LOCATION"]).replace("\r", "") == text
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


def test_a_change_is_newer_and_a_cancelled_visit_says_so() -> None:
    assert event_of(appointment_file(replace(VISIT, changes=3), NOW))["SEQUENCE"] == 3
    assert event_of(appointment_file(VISIT, NOW))["STATUS"] == "CONFIRMED"
    assert event_of(appointment_file(replace(VISIT, cancelled=True), NOW))["STATUS"] == "CANCELLED"
