"""The staff's pages: inbox, patient page, one response, schedule (cases 12, 50, 61)."""

import re

import pytest
from sqlalchemy import update

from server.appointments import booking
from server.appointments import flow as appointments
from server.appointments.booking import NewAppointment
from server.appointments.replies import flow as replies
from server.appointments.rules import AppointmentStatus
from server.audit import AuditEvent
from server.clock import to_wall
from server.db import Database
from server.flags.models import Flag
from server.people import flow as people
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.reminders.models import Reminder
from server.reminders.states import Reply
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, answered, due_check_in, rows

WORSE = STEADY | {"speech": "very-hard", "pain": 9}


async def answers(database: Database, patient: Patient, given: dict[str, object], clock: StillClock) -> str:
    """The patient answers a week later. Returns the response's id."""
    clock.move(days=7)
    async with database.writing() as db:
        check_in = await due_check_in(db, patient, now=clock())
        return (await answered(db, patient, check_in, given, clock())).response.id


async def test_an_empty_inbox_says_so(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    assert "No one is waiting." in words(await maria.get("/staff"))
    for show, says in (
        ("new", "Every answer has been opened"),
        ("done", "Nothing yet"),
        ("nonsense", "No one is waiting"),
    ):
        assert says in words(await maria.get(f"/staff?show={show}"))


async def test_the_inbox_shows_who_needs_attention_and_why(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    await answers(database, cast.rosa, STEADY, clock)
    await answers(database, cast.rosa, WORSE, clock)
    await answers(database, cast.helen, WORSE, clock)
    inbox = await (await signed_in(cast.maria)).get("/staff")
    page_text = words(inbox)
    assert "Speech: I can't use my voice (last time: Same as ever)" in page_text
    assert "Pain: 9 of 10 (last time: 1 of 10)" in page_text
    assert page_text.count("Rosa Delgado") >= 2
    assert "Helen" not in inbox.text
    assert inbox.text.count("<polyline") == 2


async def test_a_patients_page_shows_everything_about_that_patient(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    await answers(database, cast.rosa, STEADY, clock)
    await answers(database, cast.rosa, WORSE, clock)
    wall = to_wall(clock(), cast.harbor.zone)
    async with database.writing() as db:
        await booking.book(work_by(db, cast.maria, clock()), cast.rosa, NewAppointment(wall.replace(day=5, month=12)))
    page = await (await signed_in(cast.ken)).get(f"/staff/patients/{cast.rosa.id}")
    page_text = words(page)
    for part in ("Rosa Delgado", "555-0101", "voice call", "Speech: I can't use my voice", "Sat, Dec 5, 9:00 AM"):
        assert part in page_text
    assert "Luis Delgado, husband" in page_text
    assert page.text.count("<polyline") >= 9
    assert page.text.count("<summary>Table") >= 9
    flags = await rows(database, Flag)
    assert {flag.seen_by for flag in flags} == {cast.ken.id}


async def test_opening_a_patients_page_is_audited(signed_in: Enter, cast: Cast, database: Database) -> None:
    ken = await signed_in(cast.ken)
    await ken.get(f"/staff/patients/{cast.rosa.id}")
    seen = await rows(database, AuditEvent, AuditEvent.subject_id == cast.rosa.id, AuditEvent.actor_id == cast.ken.id)
    assert [event.verb for event in seen] == ["patient.opened"]


async def test_the_charts_mark_the_infusions(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    wall = to_wall(NOW, cast.harbor.zone)
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(wall.replace(day=25)))
    await answers(database, cast.rosa, STEADY, clock)
    await answers(database, cast.rosa, STEADY, clock)
    async with database.writing() as db:
        stored = await appointments.find(db, acting(cast.maria), visit.id)
        assert stored is not None
        await appointments.mark(work_by(db, cast.maria, clock()), stored, AppointmentStatus.FULFILLED)
    page = await (await signed_in(cast.ken)).get(f"/staff/patients/{cast.rosa.id}")
    assert len(re.findall(r'class="mark"', page.text)) >= 9


async def test_a_response_is_shown_as_it_was_given(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    given = {link_id: value for link_id, value in WORSE.items() if link_id != "saliva"} | {"mood": None, "fall": True}
    response_id = await answers(database, cast.rosa, given, clock)
    page = words(await (await signed_in(cast.ken)).get(f"/staff/responses/{response_id}"))
    assert "How is speaking? I can't use my voice" in page
    assert "Did you fall this week? yes" in page
    assert "How has your mood been? skipped" in page
    assert "saliva" not in page
    assert "The patient" in page
    assert "First opened by Ken Osei" in page


async def test_case_50_a_response_is_shown_in_the_version_in_which_it_was_answered(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    response_id = await answers(database, cast.rosa, WORSE, clock)
    async with database.writing() as db:
        old = await questionnaires.newest(db, cast.harbor.id, "weekly-als")
        assert old is not None
        item = {"linkId": "speech", "text": "Anything about your voice?", "type": "boolean"}
        await questionnaires.publish(work_by(db, cast.ruth, clock()), old.resource | {"version": "2", "item": [item]})
    ken = await signed_in(cast.ken)
    assert "How is speaking? I can't use my voice" in words(await ken.get(f"/staff/responses/{response_id}"))
    assert (await ken.get(f"/staff/patients/{cast.rosa.id}")).status_code == 200
    assert (await ken.get("/staff")).status_code == 200


async def test_a_reminder_that_no_device_showed_is_on_the_call_list(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    wall = to_wall(NOW, cast.harbor.zone)
    async with database.writing() as db:
        await booking.book(work_by(db, cast.maria), cast.walter, NewAppointment(wall.replace(day=18)))
        failed = {"state": "failed", "reason": "no device takes reminders"}
        await db.execute(update(Reminder).where(Reminder.moment <= NOW.replace(day=17, hour=15)).values(**failed))
    clock.move(days=1, hours=2)
    page = words(await (await signed_in(cast.maria)).get("/staff?show=unreached"))
    assert "Walter Brandt" in page
    assert "no phone number" in page


@pytest.mark.parametrize(
    ("reply", "shown"),
    [(Reply.COMING, "will be there"), (Reply.CANT_COME, "can't come"), (Reply.ANOTHER_TIME, "another time")],
)
async def test_the_schedule_distinguishes_the_replies(
    signed_in: Enter, cast: Cast, database: Database, reply: Reply, shown: str
) -> None:
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(to_wall(NOW, "America/New_York")))
        await replies.answer(work_by(db, cast.rosa), visit, reply)
    page = words(await (await signed_in(cast.maria)).get("/staff/schedule"))
    assert shown in page
    assert sum(other in page for other in ("will be there", "can't come", "another time")) == 1


async def test_the_schedule_shows_a_week_from_monday(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    wall = to_wall(NOW, cast.harbor.zone)
    async with database.writing() as db:
        for day in (16, 22, 23):
            new = NewAppointment(wall.replace(day=day, hour=23 if day == 22 else 15))
            await booking.book(work_by(db, cast.maria), cast.rosa, new)
    maria = await signed_in(cast.maria)
    this_week = words(await maria.get("/staff/schedule"))
    assert "Week of Monday, November 16" in this_week
    assert this_week.count("Rosa Delgado") == 2
    for start in ("2026-11-23", "2026-11-29"):
        assert "Week of Monday, November 23" in words(await maria.get(f"/staff/schedule?start={start}"))
    assert "Rosa" not in words(await (await signed_in(cast.tom)).get("/staff/schedule"))


@pytest.mark.parametrize("start", ["0001-01-01", "9999-12-31", "soon", "2026-13-01", ""])
async def test_an_invalid_week_raises_no_error(signed_in: Enter, cast: Cast, start: str) -> None:
    maria = await signed_in(cast.maria)
    assert (await maria.get(f"/staff/schedule?start={start}")).status_code in (200, 400, 404, 422)


async def test_case_19_one_act_pauses_everything_and_the_page_says_so(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    page = await maria.submit(f"{path}/pause", {"why": "hospital"})
    assert "Nothing is being sent to the patient or the caregivers" in words(page)
    assert (await maria.submit(f"{path}/pause", {"why": "because"})).status_code == 422
    async with database.reading() as db:
        rosa = await people.find_patient(db, acting(cast.maria), cast.rosa.id)
        assert rosa is not None
        assert (rosa.paused_at, rosa.pause_reason) == (NOW, "hospital")
    assert "Nothing is being sent" not in words(await maria.submit(f"{path}/pause", {"why": "resume"}))
