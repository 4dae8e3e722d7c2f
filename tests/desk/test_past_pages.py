"""All of a patient's answers, calls, visits and so on: each row once, whatever comes meanwhile (cases 84 and 92)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.db import Database
from server.desk import past_pages
from server.desk.past_pages import Past, Row, page_of
from server.people import calls
from server.people.rules import CallOutcome
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.desk.scene import SQLITE
from tests.flags.scene import answers

MOMENTS = st.lists(st.integers(0, 40), max_size=160)


def row(minute: int, number: int) -> Row:
    return Row(NOW + timedelta(minutes=minute), f"{number:032}", number)


@given(MOMENTS, st.lists(st.integers(41, 60), max_size=5))
def test_case_92_each_row_is_on_one_page_whatever_comes_meanwhile(moments: list[int], later: list[int]) -> None:
    rows, seen, after = [row(minute, number) for number, minute in enumerate(moments)], [], None
    while True:
        found, more = page_of(rows, after)
        seen += [each.thing for each in found]
        rows += [row(minute, len(rows)) for minute in later]
        if not more:
            break
        after = (found[-1].at, found[-1].id)
    assert sorted(seen) == list(range(len(moments)))


@SQLITE
async def test_case_84_the_ninth_call_and_the_last_one_can_be_read(
    signed_in: Enter, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past_pages, "MANY", 12)
    async with database.writing() as db:
        for number in range(30):
            work = work_by(db, cast.ken, NOW + timedelta(minutes=number))
            await calls.log_call(work, cast.rosa, CallOutcome.REACHED, f"call number {number:02}.")
    maria, patient = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    page = await maria.get(patient)
    assert "call number 21." not in words(page)
    assert f'href="{patient}/past/calls"' in page.text
    read, address = [], f"{patient}/past/calls"
    while address:
        page = await maria.get(address)
        read += [number for number in range(30) if f"call number {number:02}." in words(page)]
        address = page.text.partition(f'href="{patient}/past/calls?after=')[2].partition('"')[0]
        address = address and f"{patient}/past/calls?after={address}"
    assert sorted(read) == list(range(30))


@SQLITE
@pytest.mark.parametrize(
    ("what", "says"),
    [
        (Past.ANSWERS, "Weekly check-in"),
        (Past.CHANGES, "Rosa Delgado sent answers"),
        (Past.FLAGS, "Speech: Hard to follow"),
        (Past.VISITS, "no-show"),
        (Past.CALLS, "Nothing yet."),
        (Past.TEXTS, "Nothing yet."),
        (Past.REMINDERS, "Rosa Delgado"),
    ],
)
async def test_case_84_each_list_has_a_page_of_its_own_for_this_clinic_alone(
    signed_in: Enter, cast: Cast, database: Database, what: Past, says: str
) -> None:
    await answers(database, cast.rosa, {}, 0)
    await answers(database, cast.rosa, {"speech": "hard"}, 1)
    async with database.writing() as db:
        work = work_by(db, cast.maria, NOW - timedelta(days=90))
        visit = await booking.book(work, cast.rosa, NewAppointment(datetime(2026, 9, 1, 10), 90))
        visit.status = "noshow"  # type: ignore[assignment]
    page = f"/staff/patients/{cast.rosa.id}/past/{what}"
    assert says in words(await (await signed_in(cast.maria)).get(page))
    assert (await (await signed_in(cast.tom)).get(page)).status_code == 404
    assert (
        f"/staff/patients/{cast.rosa.id}/past/visits"
        in (await (await signed_in(cast.maria)).get(f"/staff/patients/{cast.rosa.id}")).text
    )
