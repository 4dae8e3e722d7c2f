"""What a claimed reminder becomes: an attempt, or an end with its reason (cases 12, 19)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from server.delivery import channel_choice
from server.delivery.claims import claim_due, write_attempts
from server.delivery.sender import Sender
from server.people import flow as people
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.pauses.rules import begins
from server.people.rules import PauseReason
from server.reminders.models import Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.cast import NOW, work_by
from tests.push_double import EmailDouble
from tests.reminders.scene import ENDS, WHEN, Scene, plan
from tests.stories import PUSH, device_of, rows, subscribed


async def pause(scene: Scene) -> None:
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        await pausing.pause(work_by(db, scene.cast.maria, scene.clock()), rosa, PauseReason.HOSPITAL)


async def test_case_12_after_three_days_without_a_worker_expired_reminders_are_missed_and_staff_are_told(
    scene: Scene,
) -> None:
    scene.clock.move(days=3)
    await scene.run()
    reminder = await scene.reminder()
    assert (scene.push.sent, reminder.state) == ([], "missed")
    assert reminder.reason


async def test_case_19_a_pause_stops_due_reminders_and_resuming_sends_no_flood(scene: Scene) -> None:
    await plan(scene.database, scene.cast, [Planned(ReminderKind.VISIT, WHEN, ENDS)], "b" * 32)
    async with scene.database.writing() as db:
        await subscribed(db, scene.cast.luis)
    await pause(scene)
    await scene.due()
    assert scene.push.sent == []
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        await pausing.resume(work_by(db, scene.cast.maria, scene.clock()), rosa)
    scene.clock.move(minutes=5)
    await scene.run()
    assert scene.push.sent == []


async def test_case_107_a_pause_that_is_over_but_not_ended_yet_holds_a_reminder_and_does_not_end_it(
    scene: Scene,
) -> None:
    """Somebody had locked the patient as the sender ended the pauses."""
    until = NOW.date() + timedelta(days=1)
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        await pausing.pause(work_by(db, scene.cast.maria), rosa, PauseReason.HOSPITAL, until)
    due = Planned(ReminderKind.CHANGE, begins(until, rosa.zone), begins(until, rosa.zone) + timedelta(hours=9))
    await plan(scene.database, scene.cast, [due], "c" * 32)
    now = scene.clock.now = due.moment
    async with scene.database.writing() as db:
        claimed = await claim_due(db, now)
        assert await write_attempts(db, [one for one in claimed if one.subject_id == "c" * 32], now, "") == []
    [stored] = await rows(scene.database, Reminder, Reminder.subject_id == "c" * 32)
    assert (stored.state, stored.next_at, stored.tries) == ("scheduled", now + channel_choice.BUSY_WAIT, 0)
    scene.clock.move(minutes=1)
    await scene.run()
    assert scene.push.ids == [stored.id]


async def test_a_phone_without_push_is_skipped(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await device_of(db, scene.cast.walter)
        await db.execute(update(Reminder).values(patient_id=scene.cast.walter.id))
    await scene.due()
    await scene.run()
    reminder = await scene.reminder()
    assert (scene.push.sent, reminder.state) == ([], "failed")
    assert reminder.reason
    assert not reminder.reason.startswith(PUSH)


async def quiet_at_night(scene: Scene) -> None:
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        rosa.email = "rosa@example.org"
        await people.set_quiet(work_by(db, scene.cast.rosa), rosa, "22:00", "08:00")


@pytest.mark.parametrize(
    ("kind", "opens", "closes", "by_night", "in_the_morning"),
    [
        # Due at 19:00 for two days: the email waits for the morning.
        (ReminderKind.CHECK_IN, 19, 19 + 48, ["push"], ["push", "email"]),
        # Due at 23:00 until midnight: the push goes out at once, and no other channel follows at night.
        (ReminderKind.CHECK_IN, 23, 24, ["push"], ["push"]),
        # Due at 23:00 for a day: even the push waits.
        (ReminderKind.CHECK_IN, 23, 47, [], ["push", "email"]),
        # A visit at 7:00, within quiet hours: each channel goes out before it begins.
        (ReminderKind.VISIT, 21, 31, ["push", "email"], ["push", "email"]),
        # A change is sent at any hour.
        (ReminderKind.CHANGE, 23, 47, ["push", "email"], ["push", "email"]),
    ],
)
async def test_case_155_quiet_hours_apply_to_every_channel_and_every_retry(
    scene: Scene, kind: ReminderKind, opens: int, closes: int, by_night: list[str], in_the_morning: list[str]
) -> None:
    await quiet_at_night(scene)
    midnight = NOW.replace(hour=5, minute=0)  # in New York
    at = Planned(kind, midnight + timedelta(hours=opens), midnight + timedelta(hours=closes))
    await plan(scene.database, scene.cast, [at])
    email = EmailDouble()
    heard = await _heard_until(scene, email, midnight + timedelta(hours=32))
    assert [name for name, moment in heard if moment < midnight + timedelta(hours=32)] == by_night
    heard += await _heard_until(scene, email, midnight + timedelta(hours=38))
    assert [name for name, _ in heard] == in_the_morning


async def _heard_until(scene: Scene, email: EmailDouble, until: datetime) -> list[tuple[str, datetime]]:
    """What Rosa's phone and mailbox received by then, with a tick every half hour. Her phone shows nothing."""
    heard = []
    sender = Sender(scene.database, scene.push, scene.clock, "https://localhost", [email])
    while scene.clock() < until - timedelta(minutes=30):
        scene.clock.move(minutes=30)
        before = len(scene.push.sent), len(email.sent)
        while await sender.tick():
            pass
        heard += [("push", scene.clock())] * (len(scene.push.sent) - before[0])
        heard += [("email", scene.clock())] * (len(email.sent) - before[1])
    return heard


@pytest.mark.parametrize(("following", "then"), [(None, 60), (30, 30), (-5, 60), (90, 60)])
async def test_a_reminder_that_is_put_off_is_claimed_again_when_its_next_channel_is_due_at_the_latest(
    scene: Scene, following: int | None, then: int
) -> None:
    reminder = await scene.reminder()
    reminder.tries = 3
    reminder.next_channel_at = None if following is None else NOW + timedelta(minutes=following)
    channel_choice.put_off(reminder, NOW + timedelta(minutes=60), NOW)
    assert (reminder.next_at, reminder.tries) == (NOW + timedelta(minutes=then), 2)
