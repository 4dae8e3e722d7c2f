"""Booking appointments through the pages (case 9)."""

import pytest
from httpx import Response

from server.appointments.models import Appointment, Series
from server.checkins.models import CheckIn
from server.db import Database
from server.reminders.models import Reminder
from tests.appointments.scene import ONE_DATABASE, book, booked, only_visit, to_come
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import rows
from tests.web.form_reader import read

NO_VISITS: list[dict[str, object]] = [
    {"place": "x" * 500},
    {"minutes": "-50"},
    {"minutes": "--3"},
    {"minutes": "999999999"},
    {"date": "9999-12-31", "time": "23:00"},
    {"date": "9999-12-01", "count": "40"},
    {"date": "0001-01-01"},
]


async def test_staff_book_one_visit(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    page = await book(maria, cast, instructions="Nothing to eat after six.")
    assert page.url.path == f"/staff/patients/{cast.rosa.id}"
    visit = await only_visit(database)
    assert (visit.minutes, visit.place, visit.instructions) == (90, "Room 2", "Nothing to eat after six.")
    assert await to_come(database) == ["11-28 10:00", "11-30 10:00", "12-01 08:00"]
    assert "Rosa Delgado" in words(await maria.get("/staff/schedule?start=2026-12-01"))


async def test_staff_book_a_series_of_six_in_one_form(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    await book(maria, cast, count="6", weekday=["0", "2", "4"])
    visits = sorted(await rows(database, Appointment), key=lambda visit: visit.starts)
    assert [f"{visit.starts:%a %m-%d %H:%M}" for visit in visits] == [
        "Wed 12-02 10:00",
        "Fri 12-04 10:00",
        "Mon 12-07 10:00",
        "Wed 12-09 10:00",
        "Fri 12-11 10:00",
        "Mon 12-14 10:00",
    ]
    assert len(await rows(database, Series)) == 1
    assert len(await to_come(database)) == 18


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"date": "2027-03-14", "time": "02:30"}, "clocks skip 2:30 AM, as daylight saving time begins"),
        ({"date": "2027-03-07", "time": "02:30", "count": "3", "weekday": ["6"]}, "clocks skip 2:30 AM"),
        ({"date": "2026-11-16", "time": "08:00"}, "That time has passed"),
        ({"count": "41"}, "1 to 40 visits"),
        ({"count": "-1"}, "1 to 40 visits"),
        ({"count": "six"}, "write a whole number"),
        ({"date": ""}, "choose a patient, a date and a time"),
        ({"date": "1 December"}, "That isn't a date"),
        ({"time": "25:00"}, "That isn't a time"),
        ({"patient": "nobody"}, "choose a patient, a date and a time"),
    ],
    ids=str,
)
@ONE_DATABASE
async def test_case_9_a_refused_booking_says_why_and_keeps_what_was_typed(
    signed_in: Enter, cast: Cast, database: Database, changed: dict[str, object], says: str
) -> None:
    maria = await signed_in(cast.maria)
    refused = await book(maria, cast, **({"instructions": "Come early."} | changed))
    assert refused.status_code == 422
    assert says in words(refused)
    assert "Nothing was booked" in words(refused) or "Nothing was saved" in words(refused)
    assert 'value="Room 2"' in refused.text
    assert "Come early." in refused.text
    assert changed.get("patient") or f'value="{cast.rosa.id}" selected' in refused.text
    assert (await rows(database, Appointment), await rows(database, Series)) == ([], [])
    assert (await rows(database, Reminder), await rows(database, CheckIn)) == ([], [])


@ONE_DATABASE
async def test_a_refused_booking_keeps_the_ticked_days(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    refused = await book(maria, cast, count="41", weekday=["0", "2"])
    assert 'value="0" checked' in refused.text
    assert 'value="2" checked' in refused.text
    assert 'value="1" checked' not in refused.text


async def test_an_implausible_visit_is_refused_or_corrected(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    answers = {str(changed)[:40]: (await book(maria, cast, **changed)).status_code for changed in NO_VISITS}
    assert set(answers.values()) <= {200, 422}, answers
    for visit in await rows(database, Appointment):
        assert 5 <= visit.minutes <= 24 * 60
        assert len(visit.place) <= 200


async def test_a_walk_in_visit_is_announced_at_once(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    assert (await book(maria, cast, date="2026-11-16", time="10:00")).status_code == 200
    assert (await to_come(database), (await only_visit(database)).status) == (["11-16 09:00"], "booked")


async def test_the_form_opens_for_the_patient_whose_page_led_to_it(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    page = await maria.get(f"/staff/visits/new?patient={cast.rosa.id}")
    assert "Rosa Delgado" in words(page)
    assert (await maria.get(f"/staff/visits/new?patient={cast.helen.id}")).text.count("Helen Marsh") == 0


@ONE_DATABASE
async def test_case_118_staff_who_are_asked_about_one_time_are_asked_again_about_another(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    """The page asks about a closed day, staff choose another day, and press Book anyway: that one overlaps."""
    maria = await signed_in(cast.maria)
    visit = await booked(maria, cast, database)
    asked = await book(maria, cast, date="2026-12-05")
    anyway = _anyway(asked)
    again = await book(maria, cast, anyway=anyway)
    assert (again.status_code, "overlaps another visit" in words(again)) == (422, True)
    assert [row.id for row in await rows(database, Appointment)] == [visit.id]
    assert (await book(maria, cast, anyway=_anyway(again))).status_code == 200
    first, second = await rows(database, Appointment)
    assert first.starts == second.starts


@ONE_DATABASE
async def test_case_118_a_visit_that_moves_is_asked_about_at_each_time(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    visit = await booked(maria, cast, database)
    move = f"/staff/visits/{visit.id}/move"
    asked = await maria.submit(move, {"date": "2026-12-05", "time": "10:00"})
    again = await maria.submit(move, {"date": "2026-12-06", "time": "10:00", "anyway": _anyway(asked)})
    assert (again.status_code, (await rows(database, Appointment))[0].starts) == (422, visit.starts)
    assert (
        await maria.submit(move, {"date": "2026-12-06", "time": "10:00", "anyway": _anyway(again)})
    ).status_code == 200


def _anyway(page: Response) -> str:
    """The value of the button, which is not the first of its form: Enter in a field never goes on."""
    [form] = [form for form in read(page.text).forms if form.named("anyway")]
    [within] = [part.partition("</form>")[0] for part in page.text.split("<form") if 'name="anyway"' in part]
    assert 'name="anyway"' not in within.partition("</button>")[0]
    return form.named("anyway")[0].value
