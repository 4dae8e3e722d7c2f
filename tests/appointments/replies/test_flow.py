"""Replies to appointments, and the staff list of patients who can't come."""

import re
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking, flow
from server.appointments import lists as appointment_lists
from server.appointments.models import Appointment
from server.appointments.replies import flow as replies
from server.audit import AuditEvent
from server.db import Database
from server.delivery.sender import Sender
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import ContactBy
from server.reminders.states import Reply
from tests.appointments.scene import FIRST, planned
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.delivery.text_webhook.scene import TextDouble
from tests.push_double import EmailDouble, PushDouble
from tests.stories import audited, rows, subscribed

CAREGIVER, SHARED = ContactBy.CAREGIVER, ("system", "someone")


async def test_a_patient_who_cannot_come_is_listed_and_no_longer_reminded(db: AsyncSession, cast: Cast) -> None:
    visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    await replies.answer(work_by(db, cast.rosa), visit, Reply.CANT_COME)
    assert (await planned(db, visit.id), visit.replied_by) == ([], "patient")
    assert [found.id for found in await appointment_lists.to_handle(work_by(db, cast.ken))] == [visit.id]
    assert await appointment_lists.to_handle(work_by(db, cast.tom)) == []
    await replies.handle_reply(work_by(db, cast.ken), visit)
    assert await appointment_lists.to_handle(work_by(db, cast.ken)) == []
    await replies.answer(work_by(db, cast.luis), visit, Reply.COMING)
    assert (len(await planned(db, visit.id)), visit.replied_by) == (3, "caregiver")


async def test_an_answer_by_token_counts_only_for_the_announced_time(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    """The visit moves after its reminder was sent. A late "I'll be there" does not count for the new day."""
    push = PushDouble()
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
        await subscribed(db, cast.rosa)
    clock.move(days=14, hours=1)
    await Sender(database, push, clock, "https://localhost").tick()
    assert len(push.sent) == 1
    async with database.writing() as db:
        moved = await db.get_one(Appointment, visit.id)
        await flow.move(work_by(db, cast.maria, clock()), moved, datetime(2026, 12, 3, 14))
    async with database.writing() as db:
        assert await replies.answer_by_token(db, push.token(), Reply.COMING, clock()) is None
        assert (await db.get_one(Appointment, visit.id)).reply is None
    assert "appointment.answered" not in await audited(database, visit.id)


@pytest.mark.parametrize("whose", ["patient", "caregiver"])
async def test_case_76_an_answer_from_a_notification_is_the_phones_owners(
    database: Database, cast: Cast, clock: StillClock, whose: str
) -> None:
    owner = cast.luis if whose == "caregiver" else cast.rosa
    push = PushDouble()
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
        await subscribed(db, owner)
    clock.move(days=14, hours=1)
    await Sender(database, push, clock, "https://localhost").tick()
    assert await replied_by(database, visit.id, push.token(), clock()) == (whose, whose, owner.id)


ROSAS, LUISS = "+12125550101", "+12125550102"


@pytest.mark.parametrize(
    ("channel", "changes", "by", "actor"),
    [
        ("text", {"phone_tel": ROSAS}, "patient", ("patient", "rosa")),
        ("text", {"phone_tel": ROSAS, "caregiver_phone_tel": ROSAS}, None, SHARED),
        ("text", {"phone_tel": ROSAS, "walter.phone_tel": ROSAS}, None, SHARED),
        ("text", {"phone_tel": ROSAS, "walter.caregiver_phone_tel": ROSAS}, None, SHARED),
        ("text", {"contact": CAREGIVER, "caregiver_phone_tel": LUISS}, "caregiver", ("caregiver", "text")),
        (
            "text",
            {"contact": CAREGIVER, "caregiver_phone_tel": LUISS, "walter.caregiver_phone_tel": LUISS},
            "caregiver",
            ("caregiver", "text"),
        ),
        ("email", {}, "patient", ("patient", "rosa")),
        ("email", {"walter.email": "rosa@example.org"}, None, SHARED),
        ("email", {"helen.email": "rosa@example.org"}, None, SHARED),
        ("email", {"contact": CAREGIVER}, None, SHARED),
    ],
)
async def test_case_76_an_answer_by_link_is_of_whose_address_alone_it_was_or_of_somebody(
    database: Database,
    cast: Cast,
    clock: StillClock,
    channel: str,
    changes: dict[str, str],
    by: str | None,
    actor: tuple[str, str],
) -> None:
    visit_id, token = await linked(database, cast, clock, channel, changes)
    who = (actor[0], cast.rosa.id if actor[1] == "rosa" else actor[1])
    assert await replied_by(database, visit_id, token, clock()) == (by, *who)


async def test_case_76_an_address_that_changed_since_the_message_tells_nobody(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    visit_id, token = await linked(database, cast, clock, "text", {"contact": CAREGIVER, "caregiver_phone_tel": LUISS})
    clock.move(minutes=1)
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await people.set_contact(work_by(db, cast.maria, clock()), rosa, ContactBy.TEXT)
    assert await replied_by(database, visit_id, token, clock()) == (None, *SHARED)


async def linked(
    database: Database, cast: Cast, clock: StillClock, channel: str, changes: dict[str, str]
) -> tuple[str, str]:
    """A visit of Rosa's that she was reminded of by text or email, and the token of the link in it."""
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        rosa.text_consent_at, rosa.email = (NOW, None) if channel == "text" else (None, "rosa@example.org")
        for name, value in changes.items():
            of, _, field = name.rpartition(".")
            setattr(await db.get_one(Patient, getattr(cast, of or "rosa").id), field, value)
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    clock.move(days=14, hours=1)
    others = EmailDouble(), TextDouble()
    await Sender(database, PushDouble(), clock, "https://localhost", others).tick()
    [(_, message)] = [sent for other in others for sent in other.sent]
    found = re.search(r"/go/([\w-]+)", str(message.body))
    assert found is not None
    return visit.id, found[1]


async def replied_by(database: Database, visit_id: str, token: str, now: datetime) -> tuple[str | None, str, str]:
    """Whose the visit's reply is after somebody answered with this token, and the actor in the audit log."""
    async with database.writing() as db:
        assert await replies.answer_by_token(db, token, Reply.CANT_COME, now) is not None
    [visit] = await rows(database, Appointment, Appointment.id == visit_id)
    [event] = await rows(database, AuditEvent, AuditEvent.verb == "appointment.answered")
    return visit.replied_by, event.actor_kind, event.actor_id
