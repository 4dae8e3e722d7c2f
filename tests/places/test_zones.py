"""Time zones are chosen from places (case 146)."""

import pytest

from server.places import zones


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("America/New_York", "America/New_York"),
        ("America/Indiana/Knox", "America/Indiana/Knox"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("US/Eastern", "America/New_York"),
        ("US/Pacific", "America/Los_Angeles"),
        ("Canada/Atlantic", "America/Halifax"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Japan", "Asia/Tokyo"),
        ("Navajo", "America/Denver"),
    ],
)
def test_case_146_a_place_and_its_older_names_are_a_place(name: str, place: str) -> None:
    assert zones.place_of(name) == place


NO_PLACES = ["EST", "MST", "HST", "CET", "EST5EDT", "PST8PDT", "GMT", "UTC", "Zulu", "Universal", "GMT+0", "Factory"]


@pytest.mark.parametrize(
    "name", [*NO_PLACES, "Etc/GMT+5", "Etc/UTC", "Etc/Greenwich", "", "New York", "Moon/Sea", "EST5"]
)
def test_case_146_an_abbreviation_or_an_offset_is_no_place(name: str) -> None:
    assert zones.place_of(name) is None
