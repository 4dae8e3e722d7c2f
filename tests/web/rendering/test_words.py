"""Templates isolate the names that they put into a text, and say the year of a day in another one."""

from datetime import UTC, date, datetime

from server import language
from server.actor import Visitor
from server.web.rendering import words


def test_case_103_a_filter_is_told_the_readers_today() -> None:
    day = words.from_today(language.day)
    with words.read_by(Visitor(), datetime(2026, 12, 31, 12, tzinfo=UTC)):
        assert [day(date(2026, 12, 30)), day(date(2027, 1, 1))] == [
            "Wednesday, December 30",
            "Friday, January 1, 2027",
        ]
    assert day(date(2027, 1, 1)) == "Friday, January 1"


def test_case_81_a_name_put_into_a_text_is_isolated() -> None:
    translate = words.isolating(lambda _context, text, **put_in: text % put_in)
    assert translate(None, "%(name)s is here", name="שרה") == "\u2068שרה\u2069 is here"
