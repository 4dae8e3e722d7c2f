"""The verbs about visits, and what each carries along (cases 4, 13, 15, 17)."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import flow
from server.appointments import lists as visits
from server.appointments.flow import NewSeries, NewVisit
from server.appointments.models import Appointment, Series
from server.appointments.rules import AppointmentStatus, BadVisit
from server.checkins import flow as checkins
from server.checkins.models import CheckIn
from server.checkins.rules import Rhythm, Timing
from server.clock import to_wall
from server.db import Database
from server.delivery.sender import Sender
from server.reminders import flow as reminders
from server.reminders.models import Reminder
from server.reminders.states import Reply
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.push_double import PushDouble
from tests.stories import audited, rows, subscribed

DECEMBER = datetime(2026, 12, 1, 10)
FIRST = NewVisit(DECEMBER, 90)


@pytest.fixture
async def db(database: Database) -> AsyncIterator[AsyncSession]:
    """One transaction, as a request has it; nobody looks at it afterwards."""
    async with database.writing() as session:
        yield session
        await session.rollback()


async def planned(db: AsyncSession, subject_id: str, state: str = "scheduled") -> list[str]:
    """When a subject is still to be reminded of, as the clinic's clock shows it."""
    found = await reminders.of_subject(db, subject_id)
    return [f"{to_wall(r.moment, 'America/New_York'):%m-%d %H:%M}" for r in found if r.state == state]


async def around(
    db: AsyncSession, cast: Cast, now: datetime = NOW, rhythms: Iterable[Rhythm] = (Rhythm.BEFORE, Rhythm.AFTER)
) -> None:
    """Rosa gets a readiness question before each visit and a check-in after it."""
    for rhythm in rhythms:
        slug = {Rhythm.BEFORE: "readiness", Rhythm.AFTER: "day-after"}[rhythm]
        await checkins.add_plan(work_by(db, cast.maria, now), cast.rosa, slug, Timing(rhythm, time(10), now.date()))


async def tied(db: AsyncSession, visit: Appointment, state: str = "waiting") -> list[str]:
    found = await checkins.waiting(db, CheckIn.appointment_id == visit.id)
    return sorted(f"{to_wall(c.due_at, 'America/New_York'):%m-%d %H:%M}" for c in found if c.state == state)


async def test_booking_brings_its_reminders(db: AsyncSession, cast: Cast) -> None:
    visit = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert (visit.status, visit.zone, visit.place) == ("booked", "America/New_York", "12 Elm Street")
    assert await planned(db, visit.id) == ["11-28 10:00", "11-30 10:00", "12-01 08:00"]


async def test_case_15_booked_one_day_ahead_it_is_not_reminded_of_three_days_late(db: AsyncSession, cast: Cast) -> None:
    tomorrow = await flow.book(work_by(db, cast.maria), cast.rosa, NewVisit(datetime(2026, 11, 17, 15)))
    assert await planned(db, tomorrow.id) == ["11-16 10:00", "11-17 13:00"]
    soon = await flow.book(work_by(db, cast.maria), cast.rosa, NewVisit(datetime(2026, 11, 16, 10)))
    assert await planned(db, soon.id) == []


async def test_case_17_each_visit_of_a_series_has_its_own_reminders(db: AsyncSession, cast: Cast) -> None:
    visits = await flow.book_series(work_by(db, cast.maria), cast.rosa, NewSeries(FIRST, frozenset({0, 2, 4}), 6))
    assert [f"{visit.starts:%a %d %H}" for visit in visits][:3] == ["Wed 02 10", "Fri 04 10", "Mon 07 10"]
    assert len({visit.series_id for visit in visits}) == 1
    for visit in visits:
        days = [f"{visit.starts - timedelta(days=n):%m-%d} 10:00" for n in (3, 1)]
        assert await planned(db, visit.id) == [*days, f"{visit.starts:%m-%d} 08:00"]


async def test_a_series_with_one_bad_day_books_none(database: Database, cast: Cast) -> None:
    """It runs over the night in which summer time begins."""

    async def book() -> None:
        async with database.writing() as db:
            new = NewVisit(datetime(2027, 3, 7, 2, 30))
            await flow.book_series(work_by(db, cast.maria), cast.rosa, NewSeries(new, frozenset({6}), 3))

    with pytest.raises(BadVisit, match="gap"):
        await book()
    assert (await rows(database, Appointment), await rows(database, Series)) == ([], [])
    assert (await rows(database, Reminder), await rows(database, CheckIn)) == ([], [])


async def test_check_ins_are_tied_to_the_visit(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await tied(db, visit) == ["11-30 10:00", "12-02 10:00"]


async def test_moving_takes_reminders_and_check_ins_along(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    await flow.answer(work_by(db, cast.rosa), visit, Reply.COMING)
    await flow.move(work_by(db, cast.maria), visit, datetime(2026, 12, 3, 14))
    assert (visit.starts, visit.reply, visit.replied_at, visit.changes) == (datetime(2026, 12, 3, 14), None, None, 1)
    assert await planned(db, visit.id) == ["11-30 10:00", "12-02 10:00", "12-03 12:00"]
    assert await planned(db, visit.id, "cancelled") == ["11-28 10:00", "12-01 08:00"]
    assert await tied(db, visit) == ["12-02 10:00", "12-04 10:00"]
    check_ins = await checkins.waiting(db, CheckIn.appointment_id == visit.id)
    for check_in in check_ins:
        moments = [r.moment for r in await reminders.of_subject(db, check_in.id) if r.state == "scheduled"]
        assert moments[0] == check_in.due_at


async def test_moving_back_is_as_if_it_had_never_moved(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    before = await planned(db, visit.id), await tied(db, visit)
    await flow.move(work_by(db, cast.maria), visit, datetime(2026, 12, 3, 14))
    await flow.move(work_by(db, cast.maria), visit, DECEMBER)
    assert (await planned(db, visit.id), await tied(db, visit)) == before


@pytest.mark.parametrize("status", ["cancelled", "noshow"])
async def test_case_13_what_is_called_off_is_not_reminded_of(
    db: AsyncSession, cast: Cast, status: AppointmentStatus
) -> None:
    await around(db, cast)
    visit = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await flow.mark(work_by(db, cast.maria), visit, status)
    assert (await planned(db, visit.id), await tied(db, visit)) == ([], [])


async def test_who_has_arrived_is_not_reminded_but_asked_the_day_after(db: AsyncSession, cast: Cast) -> None:
    await around(db, cast)
    visit = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.ARRIVED)
    assert await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.FULFILLED)
    assert await planned(db, visit.id) == []
    assert "12-02 10:00" in await tied(db, visit)


async def test_what_cannot_follow_is_not_marked(db: AsyncSession, cast: Cast) -> None:
    visit = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    assert await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.CANCELLED)
    assert not await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.BOOKED)
    with pytest.raises(BadVisit, match="over"):
        await flow.move(work_by(db, cast.maria), visit, datetime(2026, 12, 3, 14))


@pytest.mark.parametrize("rhythm", ["before", "after"])
async def test_a_day_that_was_called_off_can_be_booked_again(db: AsyncSession, cast: Cast, rhythm: Rhythm) -> None:
    await around(db, cast, rhythms=[rhythm])
    first = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    await flow.mark(work_by(db, cast.maria), first, AppointmentStatus.CANCELLED)
    again = await flow.book(work_by(db, cast.maria), cast.rosa, NewVisit(datetime(2026, 12, 1, 14)))
    assert len(await tied(db, again)) == 1


@pytest.mark.parametrize("rhythm", ["before", "after"])
async def test_two_visits_on_one_day_can_be_booked(db: AsyncSession, cast: Cast, rhythm: Rhythm) -> None:
    await around(db, cast, rhythms=[rhythm])
    for hour in (9, 15):
        visit = await flow.book(work_by(db, cast.maria), cast.rosa, NewVisit(datetime(2026, 12, 1, hour)))
        assert len(await tied(db, visit)) == 1


async def test_today_and_tomorrow_can_be_booked_at_once(db: AsyncSession, cast: Cast) -> None:
    """Late in the day both readiness questions fall due now."""
    late = NOW + timedelta(hours=5)
    await around(db, cast, late, [Rhythm.BEFORE])
    new = NewVisit(datetime(2026, 11, 16, 16))
    visits = await flow.book_series(work_by(db, cast.maria, late), cast.rosa, NewSeries(new, frozenset({0, 1}), 2))
    assert len(visits) == 2


async def test_who_cannot_come_is_on_the_staffs_list_and_reminded_no_more(db: AsyncSession, cast: Cast) -> None:
    visit = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    await flow.answer(work_by(db, cast.rosa), visit, Reply.CANT_COME)
    assert (await planned(db, visit.id), visit.replied_by) == ([], "patient")
    assert [found.id for found in await visits.to_handle(work_by(db, cast.ken))] == [visit.id]
    assert await visits.to_handle(work_by(db, cast.tom)) == []
    await flow.handle_reply(work_by(db, cast.ken), visit)
    assert await visits.to_handle(work_by(db, cast.ken)) == []
    await flow.answer(work_by(db, cast.luis), visit, Reply.COMING)
    assert (len(await planned(db, visit.id)), visit.replied_by) == (3, "caregiver")


async def test_the_next_visit_is_the_one_to_come_or_under_way(db: AsyncSession, cast: Cast) -> None:
    today = await flow.book(work_by(db, cast.maria), cast.rosa, NewVisit(datetime(2026, 11, 16, 10)))
    later = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
    for hours, expected in ((0, today), (4, today), (6, later)):
        found = await visits.next_visit(db, cast.rosa.id, NOW + timedelta(hours=hours))
        assert found is expected


async def test_case_4_a_booking_and_its_reminders_are_one_transaction(database: Database, cast: Cast) -> None:

    async def dies() -> None:
        async with database.writing() as db:
            await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await dies()
    assert (await rows(database, Appointment), await rows(database, Reminder)) == ([], [])


async def test_an_answer_by_token_is_about_the_time_that_was_said(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    """The visit moves after its reminder went out: a late "I'll be there" is not about the new day."""
    push = PushDouble()
    async with database.writing() as db:
        visit = await flow.book(work_by(db, cast.maria), cast.rosa, FIRST)
        await subscribed(db, cast.rosa)
    clock.move(days=14, hours=1)
    await Sender(database, push, clock, "https://localhost").tick()
    assert len(push.sent) == 1
    async with database.writing() as db:
        moved = await db.get_one(Appointment, visit.id)
        await flow.move(work_by(db, cast.maria, clock()), moved, datetime(2026, 12, 3, 14))
    async with database.writing() as db:
        assert await flow.answer_by_token(db, push.token(), Reply.COMING, clock()) is None
        assert (await db.get_one(Appointment, visit.id)).reply is None
    assert "appointment.answered" not in await audited(database, visit.id)
