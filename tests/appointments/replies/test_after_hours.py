"""A reply while the clinic is closed, shortly before the visit, reaches the contact on call at once (case 142)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking, flow
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.appointments.replies import after_hours
from server.appointments.replies import flow as replies
from server.audit import AuditEvent
from server.db import Database
from server.delivery.outcomes.next_channel import move_to_next_channel
from server.people import on_call
from server.people.on_call import Contact
from server.reminders.message_text import words_for
from server.reminders.models import Reminder
from server.reminders.states import ReminderKind, ReminderState, Reply
from tests.appointments.scene import db as db
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import rows

SUNDAY_EVENING = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # 18:30 in New York
MONDAY = datetime(2026, 11, 23, 9, 30)  # the clinic opens at 8:00


async def booked(db: AsyncSession, cast: Cast, starts: datetime = MONDAY, with_contact: bool = True) -> Appointment:
    if with_contact:
        contacts = {cast.ken.id: Contact(0, ""), cast.maria.id: Contact(1, "")}
        await on_call.change(work_by(db, cast.ruth), await db.merge(cast.harbor), contacts, 15)
    return await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))


async def notices(db: AsyncSession, visit: Appointment) -> list[Reminder]:
    return await after_hours.notices_of(db, visit)


@pytest.mark.parametrize("reply", [Reply.CANT_COME, Reply.ANOTHER_TIME])
async def test_case_142_the_first_contact_on_call_is_notified_once(db: AsyncSession, cast: Cast, reply: Reply) -> None:
    visit = await booked(db, cast)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, reply)
    await replies.answer(work_by(db, cast.luis, SUNDAY_EVENING + timedelta(minutes=5)), visit, Reply.CANT_COME)
    [notice] = await notices(db, visit)
    assert (notice.staff_id, notice.expires_at) == (cast.ken.id, SUNDAY_EVENING + timedelta(hours=12, minutes=5))
    assert words_for(notice.kind, notice.detail).title == "A patient can't come to a visit soon after you open."
    shown = await after_hours.of(db, visit, "America/Denver", SUNDAY_EVENING)
    assert shown == after_hours.AfterHours(datetime(2026, 11, 23, 6), was_notified=True)


@pytest.mark.parametrize(
    ("starts", "now"),
    [
        (MONDAY, datetime(2026, 11, 20, 20, 0, tzinfo=UTC)),  # Friday, 15:00: the clinic is open
        (datetime(2026, 11, 23, 14), SUNDAY_EVENING),  # Monday at 14:00: staff have the morning
        (datetime(2026, 12, 7, 9), SUNDAY_EVENING),
    ],
)
async def test_a_reply_that_staff_read_in_time_notifies_nobody(
    db: AsyncSession, cast: Cast, starts: datetime, now: datetime
) -> None:
    visit = await booked(db, cast, starts)
    await replies.answer(work_by(db, cast.rosa, now), visit, Reply.CANT_COME)
    assert await notices(db, visit) == []
    assert await after_hours.of(db, visit, "America/New_York", now) is None


async def test_case_142_a_visit_while_the_clinic_is_closed_counts_too(db: AsyncSession, cast: Cast) -> None:
    visit = await booked(db, cast, datetime(2026, 11, 22, 20))
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.CANT_COME)
    assert len(await notices(db, visit)) == 1


async def test_case_142_nobody_is_told_after_all_of_a_patient_who_comes(db: AsyncSession, cast: Cast) -> None:
    visit = await booked(db, cast)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.CANT_COME)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.COMING)
    assert await notices(db, visit) == []


async def test_case_142_the_page_says_when_staff_read_it_and_shows_the_number(
    database: Database, signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        visit = await booked(db, cast)
    clock.now = SUNDAY_EVENING
    rosa = await signed_in(cast.rosa)
    page = await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "cant", "shown": visit.shown})
    for answer in (page, await rosa.get("/")):
        assert "Your clinic opens on Mon, Nov 23, 8:00 AM and will read this then." in words(answer)
        assert "Please call the clinic too." in words(answer)
        assert "We've told the person on call." in words(answer)
        assert "The clinic will contact you" not in words(answer)
        assert 'href="tel:+12125550140"' in answer.text
    assert len(await rows(database, Reminder, Reminder.kind == ReminderKind.ON_CALL)) == 1


async def test_case_142_without_a_contact_on_call_no_page_claims_one(
    database: Database, signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        visit = await booked(db, cast, with_contact=False)
    clock.now = SUNDAY_EVENING
    rosa = await signed_in(cast.rosa)
    page = await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "cant", "shown": visit.shown})
    assert "Please call the clinic too." in words(page)
    assert "on call" not in words(page)


async def test_case_142_the_next_contact_is_notified_if_the_first_does_nothing(db: AsyncSession, cast: Cast) -> None:
    visit = await booked(db, cast)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.CANT_COME)
    for minutes, contacts in ((14, [cast.ken]), (15, [cast.ken, cast.maria]), (16, [cast.ken, cast.maria])):
        await after_hours.escalate(db, SUNDAY_EVENING + timedelta(minutes=minutes))
        assert [notice.staff_id for notice in await notices(db, visit)] == [one.id for one in contacts]
    await after_hours.escalate(db, SUNDAY_EVENING + timedelta(minutes=75))  # an hour later, the next round
    assert [notice.staff_id for notice in await notices(db, visit)] == [cast.ken.id, cast.maria.id, cast.ken.id]


async def test_case_142_rounds_go_on_after_notices_that_nobody_was_seen_to_open_and_then_end(
    db: AsyncSession, cast: Cast
) -> None:
    """A text or email to a contact gives no receipt, so the engine calls its notice unreached within minutes."""
    visit = await booked(db, cast)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.CANT_COME)
    for minutes in range(1, 600):
        for notice in await notices(db, visit):
            notice.state = ReminderState.UNREACHED
        await db.flush()
        await after_hours.escalate(db, SUNDAY_EVENING + timedelta(minutes=minutes))
    assert [notice.staff_id for notice in await notices(db, visit)] == [cast.ken.id, cast.maria.id] * 3
    shown = await after_hours.of(db, visit, "America/Denver", SUNDAY_EVENING)
    assert shown is not None
    assert shown.was_notified


async def test_case_142_a_contact_who_cannot_be_reached_is_not_waited_for(db: AsyncSession, cast: Cast) -> None:
    visit = await booked(db, cast)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.CANT_COME)
    (await notices(db, visit))[0].state = ReminderState.FAILED
    shown = await after_hours.of(db, visit, "America/Denver", SUNDAY_EVENING)
    assert shown is not None
    assert not shown.was_notified
    await after_hours.escalate(db, SUNDAY_EVENING + timedelta(minutes=1))
    assert [notice.staff_id for notice in await notices(db, visit)] == [cast.ken.id, cast.maria.id]


@pytest.mark.parametrize("end", ["handled", "coming", "moved", "opening"])
async def test_case_142_nobody_else_is_notified_once_somebody_knows(db: AsyncSession, cast: Cast, end: str) -> None:
    visit = await booked(db, cast)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.CANT_COME)
    later = SUNDAY_EVENING + timedelta(minutes=20)
    match end:
        case "handled":
            await replies.handle_reply(work_by(db, cast.ken, later), visit)
        case "coming":
            await replies.answer(work_by(db, cast.rosa, later), visit, Reply.COMING)
        case "moved":
            await flow.move(work_by(db, cast.ken, later), visit, MONDAY + timedelta(days=3))
        case _:
            later = datetime(2026, 11, 23, 13, 1, tzinfo=UTC)  # the clinic has opened
    await db.flush()
    assert await after_hours.escalate(db, later) == 0


async def sent(db: AsyncSession, visit: Appointment) -> None:
    """The contacts' notices went out, and the next channel has its turn ten minutes later."""
    for notice in await notices(db, visit):
        notice.state, notice.next_channel_at = ReminderState.SENT, notice.moment + timedelta(minutes=10)
    await db.flush()


@pytest.mark.parametrize("between", ["moved", "coming", "handled"])
async def test_case_142_a_reply_after_the_first_one_was_settled_is_told_anew(
    db: AsyncSession, cast: Cast, between: str
) -> None:
    visit, now = await booked(db, cast), SUNDAY_EVENING
    await replies.answer(work_by(db, cast.rosa, now), visit, Reply.CANT_COME)
    await sent(db, visit)
    match between:
        case "moved":  # to Thursday of the next week, by a nurse
            await flow.move(work_by(db, cast.maria, now + timedelta(hours=15)), visit, MONDAY + timedelta(days=10))
            now += timedelta(days=10)
        case "coming":
            await replies.answer(work_by(db, cast.rosa, now), visit, Reply.COMING)
        case _:
            await replies.handle_reply(work_by(db, cast.ken, now), visit)
    now += timedelta(minutes=5)
    await replies.answer(work_by(db, cast.luis, now), visit, Reply.CANT_COME)
    [notice] = await notices(db, visit)
    assert (notice.staff_id, notice.moment, notice.state) == (cast.ken.id, now, ReminderState.SCHEDULED)
    shown = await after_hours.of(db, visit, "America/New_York", now)
    assert shown is not None
    assert shown.was_notified


@pytest.mark.parametrize("end", ["handled", "coming"])
async def test_case_142_a_settled_reply_goes_to_no_further_channel(db: AsyncSession, cast: Cast, end: str) -> None:
    visit = await booked(db, cast)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.CANT_COME)
    await sent(db, visit)
    if end == "handled":
        await replies.handle_reply(work_by(db, cast.maria, SUNDAY_EVENING), visit)
    else:
        await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.COMING)
    assert await move_to_next_channel(db, SUNDAY_EVENING + timedelta(minutes=10)) == 0
    verbs = set(await db.scalars(select(AuditEvent.verb).where(AuditEvent.subject == "reminder")))
    assert ("reminder.settled" in verbs, "reminder.answered" in verbs) == (True, False)  # the contact answered nothing


async def test_case_142_a_second_press_leaves_the_contacts_next_channel(db: AsyncSession, cast: Cast) -> None:
    """The patient's own answer is no receipt of the contact: whoever did not see the push still gets the text."""
    visit = await booked(db, cast)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.CANT_COME)
    await sent(db, visit)
    await replies.answer(work_by(db, cast.rosa, SUNDAY_EVENING), visit, Reply.ANOTHER_TIME)
    assert len(await notices(db, visit)) == 1
    assert await move_to_next_channel(db, SUNDAY_EVENING + timedelta(minutes=10)) == 1
