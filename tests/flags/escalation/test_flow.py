"""A flag that nobody takes escalates along the on-call rota (case 73)."""

from datetime import datetime, timedelta

import pytest

from server.channels.protocol import Outcome, Result
from server.clock import to_utc
from server.db import Database
from server.flags import actions
from server.flags.escalation import flow as escalation
from server.flags.models import Flag
from server.people.models import Patient, Staff
from server.reminders.models import Attempt, Reminder
from tests.cast import NAMES, NOW, Cast, work_by
from tests.conftest import StillClock
from tests.flags.escalation.scene import KENS, MARIAS, Rota, step
from tests.flags.scene import answers, close, only_flag
from tests.stories import audited, rows, subscribed

MARIA, KEN = "maria@harbor.example", "ken@harbor.example"


async def takes(rota: Rota, staff: Staff) -> None:
    async with rota.database.writing() as db:
        flag = await db.get_one(Flag, (await only_flag(rota.database)).id)
        await actions.own(work_by(db, staff, rota.clock()), flag, staff.id)


async def test_case_73_an_urgent_flag_that_nobody_takes_reaches_one_contact_after_another(rota: Rota) -> None:
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(45)
    assert rota.sent() == [
        (10, "text", MARIAS),
        (15, "email", MARIA),
        (20, "text", KENS),
        (25, "email", KEN),
    ]
    assert (await audited(rota.database, (await only_flag(rota.database)).id)).count("flag.contact-notified") == 2


async def test_case_73_the_rota_starts_over_after_an_hour_and_ends_after_three_rounds(rota: Rota) -> None:
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(600)
    texts = [(at, to) for at, way, to in rota.sent() if way == "text"]
    assert texts == [(10, MARIAS), (20, KENS), (80, MARIAS), (90, KENS), (150, MARIAS), (160, KENS)]
    assert (await only_flag(rota.database)).escalate_at is None
    assert "everyone on call has been told" in await step(rota)


@pytest.mark.parametrize("how", ["takes", "closes", "gives"])
async def test_case_73_once_somebody_takes_the_flag_nobody_else_is_notified(rota: Rota, how: str) -> None:
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(12)
    flag, maria = await only_flag(rota.database), rota.cast.maria
    if how == "takes":
        await takes(rota, maria)
    elif how == "closes":
        await close(rota.database, maria, flag, days=12 / 1440)
    else:
        async with rota.database.writing() as db:
            stored = await db.get_one(Flag, flag.id)
            await actions.assign(work_by(db, maria, rota.clock()), stored, rota.cast.ken.id)
    await rota.pass_minutes(60)
    assert rota.sent() == [(10, "text", MARIAS)]
    assert await step(rota) == ""


async def test_opening_a_flag_does_not_take_it(rota: Rota) -> None:
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    async with rota.database.writing() as db:
        stored = await db.get_one(Flag, (await only_flag(rota.database)).id)
        stored.seen_at, stored.seen_by = rota.clock(), rota.cast.maria.id
    await rota.pass_minutes(11)
    assert rota.sent() == [(10, "text", MARIAS)]


async def test_a_flag_that_is_taken_and_left_escalates_after_four_staffed_hours(rota: Rota) -> None:
    """The flag was raised at nine in the morning."""
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await takes(rota, rota.cast.maria)
    await rota.pass_minutes(239)
    assert rota.sent() == []
    await rota.pass_minutes(2)
    assert rota.sent() == [(240, "text", MARIAS)]


async def test_a_flag_that_is_given_back_escalates_again(rota: Rota) -> None:
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await takes(rota, rota.cast.ken)
    async with rota.database.writing() as db:
        flag = await db.get_one(Flag, (await only_flag(rota.database)).id)
        await actions.assign(work_by(db, rota.cast.ken, rota.clock()), flag, "")
    await rota.pass_minutes(11)
    assert rota.sent() == [(10, "text", MARIAS)]


async def test_an_overdue_flag_for_today_notifies_each_contact_once(rota: Rota) -> None:
    """Raised at nine, it is due at one.

    Contacts follow an hour apart: two are notified by two, and there is no third.
    """
    await answers(rota.database, rota.cast.rosa, {"speech": "hard"})
    await rota.pass_minutes(12 * 60)
    assert [(at, way, to) for at, way, to in rota.sent() if way == "text"] == [
        (240, "text", MARIAS),
        (300, "text", KENS),
    ]
    assert "A flag in Interlude is overdue" in rota.messages()


async def test_an_overdue_flag_for_this_week_does_not_notify_anyone_at_night(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    """Rosa answers at ten on Monday night.

    The flag is due at ten on Wednesday night, and escalates at eight on Thursday.
    """
    clock.now = to_utc(datetime(2026, 11, 16, 22), "America/New_York")
    rota = Rota(database, cast, clock)
    await rota.put_on_call()
    await answers(database, cast.rosa, {}, weeks=-1)
    weeks = (clock() - NOW) / timedelta(weeks=1)
    await answers(database, cast.rosa, {"speech": "little"}, weeks=weeks)
    assert (await only_flag(database)).severity == "this-week"
    async with database.reading() as db:
        notified_at = await escalation.next_at(db)
    assert notified_at == to_utc(datetime(2026, 11, 19, 8), "America/New_York")


async def test_an_open_flag_that_becomes_urgent_starts_the_escalation(rota: Rota) -> None:
    await answers(rota.database, rota.cast.rosa, {})
    await answers(rota.database, rota.cast.rosa, {"breathing": "little"}, weeks=1)
    rota.clock.now = await answers(rota.database, rota.cast.rosa, {"breathing": "very-hard"}, weeks=1 + 1 / 168)
    rota.began = rota.clock()
    await rota.pass_minutes(11)
    assert rota.sent() == [(10, "text", MARIAS)]


async def test_an_unconfirmed_text_is_not_sent_again_and_an_email_follows(rota: Rota) -> None:
    rota.text.says = Outcome(Result.UNKNOWN)
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(12)
    assert "may have told Maria Alvarez at 9:10 AM" in (await step(rota)).replace("\u00a0", " ")
    await rota.pass_minutes(5)
    assert rota.sent() == [(10, "text", MARIAS), (15, "email", MARIA)]


async def test_a_contact_without_a_channel_delays_nobody(rota: Rota) -> None:
    """Maria has no number, and no email can be sent. The worker notifies Ken at its next look."""
    await rota.put_on_call(phones=("", KENS))
    rota.able = [rota.text]
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(11)
    assert rota.sent() == [(11, "text", KENS)]


async def test_without_any_channel_the_page_says_so_and_the_worker_does_not_spin(rota: Rota) -> None:
    rota.able = []
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(40)
    assert "couldn't reach Ken Osei, who is on call" in await step(rota)
    assert len(await rows(rota.database, Reminder, Reminder.kind == "on-call")) == 2


async def test_with_nobody_on_call_the_flag_waits_until_somebody_is(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    rota = Rota(database, cast, clock)
    await answers(database, cast.rosa, {"fall": True})
    await rota.pass_minutes(25)
    assert "no one is on call" in await step(rota)
    await rota.put_on_call()
    await rota.pass_minutes(10)
    assert rota.sent()[0] == (30, "text", MARIAS)


async def test_messages_to_staff_name_no_patient_and_no_symptom(rota: Rota) -> None:
    async with rota.database.writing() as db:
        await subscribed(db, rota.cast.maria)
        (await db.get_one(Patient, rota.cast.rosa.id)).detailed_text = True
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(30)
    messages = rota.messages()
    assert "An urgent flag is waiting for you in Interlude" in messages
    assert f"https://localhost/staff/patients/{rota.cast.rosa.id}#flag-" in messages
    for private in ("Rosa", "Delgado", "fall", "Fall", NAMES["harbor"], "STOP"):
        assert private not in messages


async def test_case_19_a_pause_stops_messages_to_the_patient_and_not_to_staff(rota: Rota) -> None:
    async with rota.database.writing() as db:
        rosa = await db.get_one(Patient, rota.cast.rosa.id)
        rosa.paused_at, rosa.email = rota.clock(), "rosa@example.org"
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(16)
    assert rota.sent() == [(10, "text", MARIAS), (15, "email", MARIA)]


async def test_a_staff_member_who_has_left_is_not_on_call(rota: Rota) -> None:
    async with rota.database.writing() as db:
        (await db.get_one(Staff, rota.cast.maria.id)).ended_at = rota.clock()
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(11)
    assert rota.sent() == [(10, "text", KENS)]


async def test_nobody_here_hears_of_another_clinics_flag(rota: Rota) -> None:
    await answers(rota.database, rota.cast.helen, {"fall": True})
    await rota.pass_minutes(30)
    assert rota.sent() == []


async def test_two_workers_at_once_notify_one_contact(rota: Rota) -> None:
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    rota.clock.move(minutes=11)
    async with rota.database.writing() as db:
        first = await escalation.escalate(db, rota.clock())
        if not rota.database.is_sqlite:  # which admits one writer at a time
            async with rota.database.writing() as other:
                assert await escalation.escalate(other, rota.clock()) == 0
    async with rota.database.writing() as db:
        again = await escalation.escalate(db, rota.clock())
    assert (first, again) == (1, 0)
    assert [r.staff_id for r in await rows(rota.database, Reminder, Reminder.kind == "on-call")] == [rota.cast.maria.id]


async def test_the_numbers_are_sealed(rota: Rota) -> None:
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(11)
    [maria] = await rows(rota.database, Staff, Staff.on_call == 1)
    assert MARIAS.encode() not in (maria.phone_sealed or b"")
    assert all(MARIAS not in str(vars(attempt)) for attempt in await rows(rota.database, Attempt))
