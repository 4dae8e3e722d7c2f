"""Calendar files as JSON, each with the times that a reader must find.

The Node test tests/pwa/calendar_files.test.mjs runs this module and reads the files with ical.js.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from server.clock import to_utc
from server.exchange.calendar import CalendarAppointment, appointment_file

DOZEN = (
    "America/New_York",
    "America/Phoenix",  # no daylight saving
    "America/St_Johns",  # half an hour
    "America/Sao_Paulo",  # used to change its clocks and no longer does
    "America/Santiago",  # south; the first Sunday after a Saturday
    "Europe/Berlin",
    "Europe/Dublin",  # winter time is the exception
    "Africa/Casablanca",  # follows the moon, so it has no rule
    "Africa/Cairo",  # the day after a last Thursday: two months
    "Asia/Jerusalem",  # the Friday before a last Sunday
    "Asia/Kolkata",  # half an hour, no daylight saving
    "America/Nuuk",  # the evening before a last Sunday
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Australia/Sydney",
    "Pacific/Chatham",  # three quarters of an hour
    "UTC",
)
WORDS = "Room 2, left; \\ back\nBring: “mask”, 氧气面罩 🫁 " + "long " * 60 + "end"


# An hour that occurs twice, and one that does not occur.
ODD = (("America/New_York", datetime(2026, 11, 1, 1, 30)), ("America/New_York", datetime(2027, 3, 14, 2, 30)))


def files() -> list[dict[str, Any]]:
    every_month = [
        (zone, datetime(year, month, 15, 10)) for zone in DOZEN for year in (2026, 2029) for month in range(1, 13)
    ]
    return [_file(zone, starts) for zone, starts in [*every_month, *ODD]]


def _file(zone: str, starts: datetime) -> dict[str, Any]:
    visit = CalendarAppointment("abc", starts, zone, 90, WORDS, WORDS, WORDS, 0, False)
    begins = to_utc(starts, zone)
    return {
        "zone": zone,
        "starts": starts.isoformat(),
        "body": appointment_file(visit, datetime(2026, 1, 2, tzinfo=UTC)).decode(),
        "begins": begins.timestamp(),
        "ends": (begins + timedelta(minutes=90)).timestamp(),
        "text": WORDS,
    }


if __name__ == "__main__":
    print(json.dumps(files()))
