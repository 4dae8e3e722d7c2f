"""A visit as a calendar file: without private words, in the clinic's zone, and replaced when the visit changes."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from server.clock import to_utc
from server.exchange.calendar import CalendarAppointment, appointment_file
from tests.cast import NOW
from tests.exchange.calendar_files import DOZEN
from tests.exchange.calendar_readers import by_dateutil, by_icalendar, by_vobject

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


def test_other_programs_can_read_the_file() -> None:
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
def test_typed_text_cannot_add_lines(text: str) -> None:
    body = appointment_file(replace(VISIT, place=text, note=text), NOW)
    event = event_of(body)
    assert event["SUMMARY"] == "Clinic visit"
    assert str(event["LOCATION"]).replace("\r", "") == text
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


def test_a_change_has_a_higher_sequence_and_a_cancelled_visit_says_so() -> None:
    assert event_of(appointment_file(replace(VISIT, changes=3), NOW))["SEQUENCE"] == 3
    assert event_of(appointment_file(VISIT, NOW))["STATUS"] == "CONFIRMED"
    cancelled = event_of(appointment_file(replace(VISIT, cancelled=True), NOW))
    assert (cancelled["STATUS"], cancelled.walk("VALARM")) == ("CANCELLED", [])


# --- what other programs read


@pytest.mark.parametrize("month", [1, 4, 7, 10])
@pytest.mark.parametrize("zone", DOZEN)
def test_case_109_other_readers_find_the_right_hour_in_summer_and_winter(zone: str, month: int) -> None:
    visit = replace(VISIT, zone=zone, starts=datetime(2027, month, 15, 10))
    assert_read_right(visit)


@pytest.mark.sweep
@given(
    st.sampled_from(sorted(available_timezones())),
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 12, 31)),
    st.integers(5, 24 * 60),
)
def test_case_109_readers_agree_on_every_zone_and_month(zone: str, starts: datetime, minutes: int) -> None:
    assert_read_right(replace(VISIT, zone=zone, starts=starts.replace(second=0, microsecond=0), minutes=minutes))


@pytest.mark.parametrize(
    ("zone", "starts"),
    [
        ("America/New_York", datetime(2026, 11, 1, 1, 30)),
        ("America/New_York", datetime(2027, 3, 14, 2, 30)),
        ("Australia/Lord_Howe", datetime(2027, 4, 4, 1, 45)),
        ("Europe/Dublin", datetime(2026, 10, 25, 1, 15)),
        ("Africa/Casablanca", datetime(2027, 2, 7, 2, 30)),
    ],
)
def test_case_109_readers_agree_on_repeated_and_skipped_hours(zone: str, starts: datetime) -> None:
    assert_read_right(replace(VISIT, zone=zone, starts=starts))


def assert_read_right(visit: CalendarAppointment) -> None:
    body = appointment_file(visit, NOW)
    begins = to_utc(visit.starts, visit.zone)
    ends = begins + timedelta(minutes=visit.minutes)
    found = [(read.begins, read.ends) for read in (by_vobject(body), by_icalendar(body))]
    assert [*found, by_dateutil(body)] == [(begins, ends)] * 3


def test_case_109_a_zone_with_rules_is_written_as_rules() -> None:
    rules = re.findall(r"RRULE:(?!.*UNTIL)(.*)\r", appointment_file(VISIT, NOW).decode())
    assert rules == ["FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"]


@pytest.mark.parametrize("zone", DOZEN)
def test_case_109_no_zone_is_written_as_a_list_of_dates(zone: str) -> None:
    body = appointment_file(replace(VISIT, zone=zone), NOW)
    assert b"RDATE" not in body
    has_rule = ZoneInfo(zone).utcoffset(datetime(2099, 1, 1)) != ZoneInfo(zone).utcoffset(datetime(2099, 7, 1))
    assert (re.search(rb"RRULE:(?!.*UNTIL)", body) is not None) == has_rule


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(',;:\\\n\t"'), max_size=300)


@given(TEXT, TEXT, TEXT)
def test_case_109_typed_text_survives(title: str, place: str, note: str) -> None:
    wanted = [text.replace("\u2028", "\n").replace("\u2029", "\n") for text in (title, place, note)]
    body = appointment_file(replace(VISIT, title=title, place=place, note=note), NOW)
    for read in (by_vobject(body), by_icalendar(body)):
        assert [read.title, read.place, read.note] == wanted
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [("one\r\ntwo\rthree\x85four\u2028five", "one\ntwo\nthree\nfour\nfive"), ("be\x07ll\x00\ud800", "bell")],
)
def test_case_109_line_ends_are_uniform_and_control_characters_are_removed(typed: str, read: str) -> None:
    body = appointment_file(replace(VISIT, place=typed), NOW)
    assert (by_vobject(body).place, by_icalendar(body).place) == (read, read)
