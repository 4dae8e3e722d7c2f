"""What the fields of a pause are read as (case 107)."""

from datetime import UTC, date, datetime

import pytest

from server.people.models import Patient
from server.people.pauses.ends import BadEnd, as_sent, end_fields, read_end
from server.people.pauses.rules import PauseEnd
from server.people.rules import PauseReason

NOW = datetime(2026, 11, 16, 14, tzinfo=UTC)


def patient(zone: str = "America/New_York", until: date | None = None) -> Patient:
    return Patient(zone=zone, paused_at=NOW if until else None, paused_until=until)


def read(sent: dict[str, str], zone: str = "America/New_York") -> date | None:
    return read_end(sent, patient(zone), NOW)


@pytest.mark.parametrize(
    ("sent", "until"),
    [
        ({"end": "week", "day": ""}, date(2026, 11, 23)),
        ({"end": "two-weeks", "day": ""}, date(2026, 11, 30)),
        ({"end": "day", "day": "2026-11-17"}, date(2026, 11, 17)),
        ({"end": "day", "day": "2027-11-16"}, date(2027, 11, 16)),
        ({"end": "open", "day": "2026-11-17"}, None),
        ({"end": "week", "day": "nonsense"}, date(2026, 11, 23)),  # nobody asked for that day
        ({"day": "2026-11-20"}, date(2026, 11, 20)),  # a day alone is a choice
        ({}, None),  # a page of a former version
    ],
)
def test_case_107_each_choice(sent: dict[str, str], until: date | None) -> None:
    assert read(sent) == until


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"day": ""}, "end", "Please choose how long."),
        ({"end": "for ever", "day": ""}, "end", "Please choose how long."),
        ({"end": "day", "day": ""}, "day", "Please pick the day"),
        ({"end": "day", "day": "31/12/2026"}, "day", "That isn't a date"),
        ({"end": "day", "day": "2026-02-30"}, "day", "That isn't a date"),
        ({"end": "day", "day": "2026-11-16"}, "day", "Tuesday, November 17, and Tuesday, November 16, 2027"),
        ({"end": "day", "day": "2027-11-17"}, "day", "Please pick a day between these two"),
        ({"end": "day", "day": "9999-12-31"}, "day", "Please pick a day between these two"),
    ],
)
def test_case_107_each_fault_is_said_at_its_field(sent: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(BadEnd) as refused:
        read(sent)
    assert words in refused.value.faults[field]


@pytest.mark.parametrize(("zone", "until"), [("Pacific/Kiritimati", "2026-11-24"), ("Pacific/Midway", "2026-11-23")])
def test_case_107_a_week_is_counted_from_the_patients_own_today(zone: str, until: str) -> None:
    assert read({"end": "week", "day": ""}, zone) == date.fromisoformat(until)


def test_case_107_the_fields_show_the_end_in_force_or_what_was_sent() -> None:
    fresh = end_fields(patient(), NOW, PauseEnd.OPEN)
    assert (fresh.end, fresh.day, fresh.earliest, fresh.latest) == ("open", "", "2026-11-17", "2027-11-16")
    dated = end_fields(patient(until=date(2026, 12, 1)), NOW)
    assert (dated.end, dated.day) == ("day", "2026-12-01")
    endless = end_fields(Patient(zone="UTC", paused_at=NOW, pause_reason=PauseReason.OWN_WISH), NOW)
    assert endless.end == "open"
    sent = as_sent(fresh, {"end": "week", "day": "x"})
    assert (sent.end, sent.day, sent.earliest) == ("week", "x", "2026-11-17")
