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
from tests.flags.escalation.ladder import KENS, MARIAS, Ladder, step
from tests.flags.scene import answers, close, only_flag
from tests.stories import audited, rows, subscribed

MARIA, KEN = "maria@harbor.example", "ken@harbor.example"


async def takes(ladder: Ladder, staff: Staff) -> None:
    async with ladder.database.writing() as db:
        flag = await db.get_one(Flag, (await only_flag(ladder.database)).id)
        await actions.own(work_by(db, staff, ladder.clock()), flag, staff.id)


async def test_case_73_a_red_flag_that_nobody_takes_is_told_one_after_the_other(ladder: Ladder) -> None:
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(45)
    assert ladder.told() == [
        (10, "text", MARIAS),
        (15, "email", MARIA),
        (20, "text", KENS),
        (25, "email", KEN),
    ]
    assert (await audited(ladder.database, (await only_flag(ladder.database)).id)).count("flag.contact-notified") == 2


async def test_case_73_the_order_begins_anew_after_an_hour_and_ends_after_three_rounds(ladder: Ladder) -> None:
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(600)
    texts = [(at, to) for at, way, to in ladder.told() if way == "text"]
    assert texts == [(10, MARIAS), (20, KENS), (80, MARIAS), (90, KENS), (150, MARIAS), (160, KENS)]
    assert (await only_flag(ladder.database)).escalate_at is None
    assert "everyone on call has been told" in await step(ladder)


@pytest.mark.parametrize("how", ["takes", "closes", "gives"])
async def test_case_73_once_somebody_has_it_nobody_else_is_told(ladder: Ladder, how: str) -> None:
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(12)
    flag, maria = await only_flag(ladder.database), ladder.cast.maria
    if how == "takes":
        await takes(ladder, maria)
    elif how == "closes":
        await close(ladder.database, maria, flag, days=12 / 1440)
    else:
        async with ladder.database.writing() as db:
            held = await db.get_one(Flag, flag.id)
            await actions.assign(work_by(db, maria, ladder.clock()), held, ladder.cast.ken.id)
    await ladder.pass_minutes(60)
    assert ladder.told() == [(10, "text", MARIAS)]
    assert await step(ladder) == ""


async def test_opening_it_is_not_taking_it(ladder: Ladder) -> None:
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    async with ladder.database.writing() as db:
        held = await db.get_one(Flag, (await only_flag(ladder.database)).id)
        held.seen_at, held.seen_by = ladder.clock(), ladder.cast.maria.id
    await ladder.pass_minutes(11)
    assert ladder.told() == [(10, "text", MARIAS)]


async def test_taken_and_left_it_goes_on_after_four_staffed_hours(ladder: Ladder) -> None:
    """Raised at nine in the morning."""
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await takes(ladder, ladder.cast.maria)
    await ladder.pass_minutes(239)
    assert ladder.told() == []
    await ladder.pass_minutes(2)
    assert ladder.told() == [(240, "text", MARIAS)]


async def test_given_back_it_is_told_again(ladder: Ladder) -> None:
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await takes(ladder, ladder.cast.ken)
    async with ladder.database.writing() as db:
        flag = await db.get_one(Flag, (await only_flag(ladder.database)).id)
        await actions.assign(work_by(db, ladder.cast.ken, ladder.clock()), flag, "")
    await ladder.pass_minutes(11)
    assert ladder.told() == [(10, "text", MARIAS)]


async def test_a_hard_flag_is_told_once_it_is_overdue_in_staffed_hours_and_once_to_each(ladder: Ladder) -> None:
    """Raised at nine: owed at one, then an hour for each contact; two have been told by two, and there is no third."""
    await answers(ladder.database, ladder.cast.rosa, {"speech": "hard"})
    await ladder.pass_minutes(12 * 60)
    assert [(at, way, to) for at, way, to in ladder.told() if way == "text"] == [
        (240, "text", MARIAS),
        (300, "text", KENS),
    ]
    assert "A flag in Interlude is overdue" in ladder.said()


async def test_a_soft_flag_that_is_overdue_at_night_waits_for_the_morning(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    """Rosa answers at ten on Monday night; it is owed at ten on Wednesday night; Thursday at eight it is told."""
    clock.now = to_utc(datetime(2026, 11, 16, 22), "America/New_York")
    ladder = Ladder(database, cast, clock)
    await ladder.put_on_call()
    await answers(database, cast.rosa, {}, weeks=-1)
    weeks = (clock() - NOW) / timedelta(weeks=1)
    await answers(database, cast.rosa, {"speech": "little"}, weeks=weeks)
    assert (await only_flag(database)).severity == "this-week"
    async with database.reading() as db:
        notified_at = await escalation.next_at(db)
    assert notified_at == to_utc(datetime(2026, 11, 19, 8), "America/New_York")


async def test_news_that_turns_red_begins_the_ladder(ladder: Ladder) -> None:
    await answers(ladder.database, ladder.cast.rosa, {})
    await answers(ladder.database, ladder.cast.rosa, {"breathing": "little"}, weeks=1)
    ladder.clock.now = await answers(ladder.database, ladder.cast.rosa, {"breathing": "very-hard"}, weeks=1 + 1 / 168)
    ladder.began = ladder.clock()
    await ladder.pass_minutes(11)
    assert ladder.told() == [(10, "text", MARIAS)]


async def test_a_text_that_was_not_confirmed_is_not_sent_again_the_email_follows(ladder: Ladder) -> None:
    ladder.text.says = Outcome(Result.UNKNOWN)
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(12)
    assert "may have told Maria Alvarez at 9:10 AM" in (await step(ladder)).replace("\u00a0", " ")
    await ladder.pass_minutes(5)
    assert ladder.told() == [(10, "text", MARIAS), (15, "email", MARIA)]


async def test_whom_nothing_reaches_keeps_nobody_waiting(ladder: Ladder) -> None:
    """Maria has no number, and no email can be sent from here: Ken is told at the worker's next look."""
    await ladder.put_on_call(phones=("", KENS))
    ladder.able = [ladder.text]
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(11)
    assert ladder.told() == [(11, "text", KENS)]


async def test_with_no_way_at_all_it_says_so_and_does_not_spin(ladder: Ladder) -> None:
    ladder.able = []
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(40)
    assert "couldn't reach Ken Osei, who is on call" in await step(ladder)
    assert len(await rows(ladder.database, Reminder, Reminder.kind == "on-call")) == 2


async def test_with_nobody_on_call_it_waits_until_somebody_is(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    ladder = Ladder(database, cast, clock)
    await answers(database, cast.rosa, {"fall": True})
    await ladder.pass_minutes(25)
    assert "no one is on call" in await step(ladder)
    await ladder.put_on_call()
    await ladder.pass_minutes(10)
    assert ladder.told()[0] == (30, "text", MARIAS)


async def test_what_is_said_to_staff_names_no_patient_and_no_symptom(ladder: Ladder) -> None:
    async with ladder.database.writing() as db:
        await subscribed(db, ladder.cast.maria)
        (await db.get_one(Patient, ladder.cast.rosa.id)).detailed_text = True
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(30)
    said = ladder.said()
    assert "An urgent flag is waiting for you in Interlude" in said
    assert f"https://localhost/staff/patients/{ladder.cast.rosa.id}#flag-" in said
    for private in ("Rosa", "Delgado", "fall", "Fall", NAMES["harbor"], "tell your clinic"):
        assert private not in said


async def test_case_19_a_pause_stops_the_patients_words_not_the_staffs(ladder: Ladder) -> None:
    async with ladder.database.writing() as db:
        rosa = await db.get_one(Patient, ladder.cast.rosa.id)
        rosa.paused_at, rosa.email = ladder.clock(), "rosa@example.org"
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(16)
    assert ladder.told() == [(10, "text", MARIAS), (15, "email", MARIA)]


async def test_who_has_left_is_not_on_call(ladder: Ladder) -> None:
    async with ladder.database.writing() as db:
        (await db.get_one(Staff, ladder.cast.maria.id)).ended_at = ladder.clock()
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(11)
    assert ladder.told() == [(10, "text", KENS)]


async def test_another_clinics_flag_is_told_to_nobody_here(ladder: Ladder) -> None:
    await answers(ladder.database, ladder.cast.helen, {"fall": True})
    await ladder.pass_minutes(30)
    assert ladder.told() == []


async def test_two_workers_at_once_tell_one_contact(ladder: Ladder) -> None:
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    ladder.clock.move(minutes=11)
    async with ladder.database.writing() as db:
        first = await escalation.escalate(db, ladder.clock())
        if not ladder.database.is_sqlite:  # which lets in one writer at a time
            async with ladder.database.writing() as other:
                assert await escalation.escalate(other, ladder.clock()) == 0
    async with ladder.database.writing() as db:
        again = await escalation.escalate(db, ladder.clock())
    assert (first, again) == (1, 0)
    assert [r.staff_id for r in await rows(ladder.database, Reminder, Reminder.kind == "on-call")] == [
        ladder.cast.maria.id
    ]


async def test_the_numbers_are_sealed(ladder: Ladder) -> None:
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(11)
    [maria] = await rows(ladder.database, Staff, Staff.on_call == 1)
    assert MARIAS.encode() not in (maria.phone_sealed or b"")
    assert all(MARIAS not in str(vars(attempt)) for attempt in await rows(ladder.database, Attempt))
