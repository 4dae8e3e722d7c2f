"""A pause ends by itself as its day begins, and what fell due in it stays ended (cases 19, 107)."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import available_timezones

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.actor import system
from server.audit import AuditEvent
from server.db import Work
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.pauses.rules import begins
from server.people.rules import PauseReason
from server.reminders import pauses
from server.reminders.models import Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind, ReminderState
from tests.cast import NOW, work_by
from tests.examples import examples
from tests.reminders.scene import SUBJECT, Scene, plan
from tests.stories import rows

ZONES = sorted(available_timezones())
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
END = date(2026, 11, 23)
ENDS_AT = begins(END, "America/New_York")  # where Rosa lives


async def pause(scene: Scene, until: date | None = END, why: PauseReason = PauseReason.HOLIDAY, zone: str = "") -> None:
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        rosa.zone = zone or rosa.zone
        await pausing.pause(work_by(db, scene.cast.maria, scene.clock()), rosa, why, until)


async def rosa_now(scene: Scene) -> Patient:
    [rosa] = await rows(scene.database, Patient, Patient.id == scene.cast.rosa.id)
    return rosa


async def tick_at(scene: Scene, moment: datetime) -> None:
    scene.clock.now = moment
    await scene.run()


async def test_case_107_a_pause_ends_by_itself_as_its_day_begins(scene: Scene) -> None:
    await pause(scene)
    await tick_at(scene, ENDS_AT - SECOND)
    assert (await rosa_now(scene)).paused_at == NOW
    await tick_at(scene, ENDS_AT)
    rosa = await rosa_now(scene)
    assert (rosa.paused_at, rosa.pause_reason, rosa.paused_until) == (None, None, None)
    [ended] = await rows(scene.database, AuditEvent, AuditEvent.verb == "patient.resumed")
    assert (ended.subject_id, ended.actor_kind, ended.at) == (rosa.id, "system", ENDS_AT)
    await tick_at(scene, ENDS_AT + HOUR)
    assert len(await rows(scene.database, AuditEvent, AuditEvent.verb == "patient.resumed")) == 1


@pytest.mark.parametrize("why", [PauseReason.CONSENT_WITHDRAWN, PauseReason.DEATH, PauseReason.HOSPICE])
@pytest.mark.parametrize("first", [PauseReason.OWN_WISH, None])
async def test_case_107_consent_and_care_that_ended_never_come_back_by_themselves(
    scene: Scene, why: PauseReason, first: PauseReason | None
) -> None:
    if first:
        await pause(scene, why=first)
    await pause(scene, why=why)  # even if somebody asks for an end
    await tick_at(scene, ENDS_AT + 400 * DAY)
    rosa = await rosa_now(scene)
    assert (rosa.pause_reason, rosa.paused_until) == (why, None)


async def test_case_107_a_pause_without_an_end_stays(scene: Scene) -> None:
    await pause(scene, None)
    await tick_at(scene, NOW + 4000 * DAY)
    assert (await rosa_now(scene)).pause_reason == "holiday"


async def test_case_107_a_change_of_zone_keeps_the_day(scene: Scene) -> None:
    await pause(scene)
    await pause(scene, zone="Pacific/Honolulu")
    assert begins(END, "Pacific/Honolulu") == ENDS_AT + 5 * HOUR
    await tick_at(scene, ENDS_AT + 5 * HOUR - SECOND)
    assert (await rosa_now(scene)).paused_until == END
    await tick_at(scene, ENDS_AT + 5 * HOUR)
    assert (await rosa_now(scene)).paused_at is None


async def by_itself(scene: Scene) -> None:
    await tick_at(scene, ENDS_AT)


async def by_hand(scene: Scene) -> None:
    scene.clock.now = ENDS_AT
    async with scene.database.writing() as db:
        work = work_by(db, scene.cast.maria, ENDS_AT)
        await pauses.resume(work, await db.get_one(Patient, scene.cast.rosa.id))
    await scene.run()


@pytest.mark.parametrize("end", [by_itself, by_hand])
async def test_case_19_what_fell_due_while_no_worker_ran_is_no_flood(
    scene: Scene, end: Callable[[Scene], Awaitable[None]]
) -> None:
    """No tick ran in the whole pause. Digests, half-sent reminders and next channels are among what was left."""
    await pause(scene)
    late = Planned(ReminderKind.VISIT, ENDS_AT - SECOND, ENDS_AT + 9 * HOUR)
    on_time = Planned(ReminderKind.VISIT, ENDS_AT, ENDS_AT + 9 * HOUR)
    kinds = ("member", "sending", "sent")
    subjects = {kind: uuid4().hex for kind in kinds}
    for subject in (*subjects.values(), "b" * 32):
        await plan(scene.database, scene.cast, [late], subject)
    await plan(scene.database, scene.cast, [on_time], "c" * 32)
    async with scene.database.writing() as db:
        found = {one.subject_id: one for one in await rows(scene.database, Reminder)}
        member = await db.get_one(Reminder, found[subjects["member"]].id)
        member.state, member.carrier_id = ReminderState.COMBINED, found["b" * 32].id
        (await db.get_one(Reminder, found["b" * 32].id)).notified_at = NOW
        sending = await db.get_one(Reminder, found[subjects["sending"]].id)
        sending.state, sending.lease_until = ReminderState.SENDING, NOW
        sent = await db.get_one(Reminder, found[subjects["sent"]].id)
        sent.state, sent.next_channel_at = ReminderState.SENT, ENDS_AT - SECOND
    await end(scene)
    await tick_at(scene, ENDS_AT + HOUR)
    after = {one.subject_id: one for one in await rows(scene.database, Reminder)}
    assert {after[key].state for key in (SUBJECT, "b" * 32, subjects["member"], subjects["sending"])} == {"cancelled"}
    assert {after[key].reason for key in ("b" * 32, subjects["member"], subjects["sending"])} == {"paused"}
    assert (after[subjects["sent"]].state, after[subjects["sent"]].next_channel_at) == ("sent", None)
    assert scene.push.ids == [after["c" * 32].id]


@pytest.mark.parametrize("works", [True, False], ids=["the worker runs in the pause", "it starts after the pause"])
@pytest.mark.parametrize("end", [by_itself, by_hand])
async def test_case_107_what_quiet_hours_brought_forward_into_a_pause_comes_at_its_own_moment(
    scene: Scene, end: Callable[[Scene], Awaitable[None]], works: bool
) -> None:
    """A visit at eight on the day on which reminders start again; it is quiet from eight to eight."""
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        rosa.quiet_from, rosa.quiet_until = "20:00", "08:00"
    moment, subject = ENDS_AT + 6 * HOUR, "d" * 32
    await plan(scene.database, scene.cast, [Planned(ReminderKind.VISIT, moment, moment + 2 * HOUR)], subject)
    await pause(scene)
    if works:
        await tick_at(scene, ENDS_AT - 4 * HOUR)
    await end(scene)
    assert scene.push.ids == []
    await tick_at(scene, moment)
    [reminder] = await rows(scene.database, Reminder, Reminder.subject_id == subject)
    assert (reminder.state, scene.push.ids) == ("sent", [reminder.id])


async def test_case_107_a_reminder_to_staff_is_none_of_the_pauses(scene: Scene) -> None:
    await pause(scene)
    async with scene.database.writing() as db:
        [reminder] = await rows(scene.database, Reminder, Reminder.subject_id == SUBJECT)
        (await db.get_one(Reminder, reminder.id)).staff_id = scene.cast.maria.id
        work = Work(db, system(scene.cast.rosa.clinic_id), ENDS_AT)
        await pauses.resume(work, await db.get_one(Patient, scene.cast.rosa.id))
    assert (await scene.reminder()).state == "scheduled"


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2026, 11, 18), date(2027, 11, 16)),
    seconds_before=st.integers(1, 2 * 86400),
    seconds_after=st.integers(0, 3 * 3600),
    works=st.booleans(),
)
@example("America/Santiago", date(2027, 9, 5), 1, 0, True)
@example("Africa/Cairo", date(2027, 4, 30), 1, 0, False)
@example("Asia/Beirut", date(2027, 3, 28), 3600, 1, True)
@example("America/Havana", date(2027, 11, 7), 1, 0, False)
@example("Pacific/Apia", date(2011, 12, 30), 1, 0, True)
async def test_case_107_nothing_due_before_the_day_is_sent_and_everything_after_is(
    scene: Scene, zone: str, day: date, seconds_before: int, seconds_after: int, works: bool
) -> None:
    """Whether the worker `works` in the pause, or starts only once it is over."""
    begun = begins(day, zone)
    before, after = begun - timedelta(seconds=seconds_before), begun + timedelta(seconds=seconds_after)
    scene.clock.now, scene.push.sent = begun - 4 * DAY, []
    await scene.run()
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        rosa.paused_at = rosa.pause_reason = rosa.paused_until = None
    await pause(scene, day, zone=zone)
    subjects = uuid4().hex, uuid4().hex
    for subject, moment in zip(subjects, (before, after), strict=True):
        await plan(scene.database, scene.cast, [Planned(ReminderKind.CHANGE, moment, moment + DAY)], subject)
    moments = sorted({before, begun - SECOND, after, after + HOUR, after + 2 * HOUR})
    for moment in moments if works else [one for one in moments if one >= after]:
        await tick_at(scene, moment)
        assert scene.push.sent == [] or moment >= begun
    states = {one.subject_id: one for one in await rows(scene.database, Reminder, Reminder.subject_id.in_(subjects))}
    assert (states[subjects[0]].state, states[subjects[0]].reason) == ("cancelled", "paused")
    assert scene.push.ids == [states[subjects[1]].id]
