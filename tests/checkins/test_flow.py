"""Plans and due check-ins: laid out ahead, closed in time (cases 14, 18, 50)."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from server.actor import system
from server.checkins import ended_plans, flow
from server.checkins.flow import add_plan
from server.checkins.models import CheckIn, Plan
from server.checkins.occasions import Timing
from server.checkins.rules import CheckInState, Rhythm
from server.clock import to_wall
from server.db import Database, Work
from server.flags.models import Flag
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.models import Questionnaire
from server.questionnaires.respondents import Respondent
from server.reminders.models import Reminder
from server.responses import drafts, lookup
from server.responses import history as past
from server.responses.models import ConflictingVersion, Draft, Response
from server.responses.submission import closing, submission, submit
from tests.cast import NOW, Cast, weekly, work_by
from tests.stories import STEADY, answered, audited, due_check_in, rows

DAILY = Timing(Rhythm.DAILY, time(9), NOW.date())


async def plan(database: Database, patient: Patient, slug: str, timing: Timing, now: datetime = NOW) -> Plan:
    async with database.writing() as db:
        return await add_plan(Work(db, system(patient.clinic_id), now), patient, slug, timing)


async def check_ins(database: Database) -> list[CheckIn]:
    return sorted(await rows(database, CheckIn), key=lambda check_in: check_in.due_at)


async def due_days(database: Database) -> list[str]:
    return [f"{to_wall(c.due_at, 'America/New_York'):%m-%d %H:%M}" for c in await check_ins(database)]


async def reminders(database: Database, check_in: CheckIn) -> list[tuple[str, str]]:
    found = await rows(database, Reminder, Reminder.subject_id == check_in.id)
    return [(r.kind, r.state) for r in sorted(found, key=lambda reminder: reminder.moment)]


async def schedule(database: Database, now: datetime) -> None:
    async with database.writing() as db:
        await flow.schedule_all(db, now)


async def close(database: Database, now: datetime) -> int:
    async with database.writing() as db:
        return await closing.close_ended(db, now)


async def keep(
    database: Database, cast: Cast, check_in: CheckIn, respondent: Respondent = Respondent.SELF, **answers: object
) -> None:
    """Answers kept one by one, a minute between them, not yet sent."""
    async with database.writing() as db:
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        now = NOW + timedelta(minutes=len(await drafts.kept(db, check_in, respondent)))
        for link_id, value in answers.items():
            now += timedelta(minutes=1)
            checked = definition.question(link_id).check(value)
            await drafts.keep(
                work_by(db, cast.rosa, now), check_in, definition, drafts.Statement(respondent, {link_id: checked})
            )


async def due(database: Database, cast: Cast, slug: str = "weekly-als") -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa, slug)


async def test_a_plan_lays_out_the_coming_days_with_their_reminders(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "weekly-als", weekly())
    assert await due_days(database) == ["11-16 09:00", "11-23 09:00"]
    first, _ = await check_ins(database)
    assert (first.state, first.closes_at) == ("waiting", NOW + timedelta(days=3))
    assert await reminders(database, first) == [("check-in", "scheduled"), ("nudge", "scheduled")]


async def test_laying_out_again_adds_only_the_days_that_are_new(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "daily-three", DAILY)
    before = {check_in.id for check_in in await check_ins(database)}
    assert len(before) == 8
    for _ in range(3):
        await schedule(database, NOW)
    assert {check_in.id for check_in in await check_ins(database)} == before
    await schedule(database, NOW + timedelta(days=1))
    assert len(await check_ins(database)) == 9


async def test_what_was_answered_or_called_off_is_not_laid_out_anew(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "daily-three", DAILY)
    first, second, *_ = await check_ins(database)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, first.id), {"pain": 1})
        (await db.get_one(CheckIn, second.id)).state = CheckInState.CANCELLED
    await schedule(database, NOW + timedelta(minutes=5))
    assert [c.state for c in await check_ins(database)][:2] == ["done", "cancelled"]
    days = await due_days(database)
    assert len(days) == len(set(days)) == 9


async def test_case_14_a_new_version_is_asked_from_the_next_one_on(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "daily-three", DAILY)
    async with database.writing() as db:
        old = await questionnaires.newest(db, cast.harbor.id, "daily-three")
        assert old is not None
        resource = old.resource | {"version": "2", "title": "Three questions"}
        new = await questionnaires.publish(work_by(db, cast.ruth), resource)
    await schedule(database, NOW + timedelta(days=1))
    versions = [check_in.questionnaire_id for check_in in await check_ins(database)]
    assert versions == [old.id] * 8 + [new.id]
    assert {reminder.state for reminder in await rows(database, Reminder)} == {"scheduled"}


async def test_a_questionnaire_that_cannot_be_asked_is_not_stored(database: Database, cast: Cast) -> None:
    before = len(await rows(database, Questionnaire))

    async def publish() -> None:
        async with database.writing() as db:
            resource = {"name": "x", "version": "1", "title": "X", "item": [{"linkId": "a", "type": "attachment"}]}
            await questionnaires.publish(work_by(db, cast.ruth), resource)

    with pytest.raises(ValueError, match="a: items of type attachment"):
        await publish()
    assert len(await rows(database, Questionnaire)) == before


async def test_ending_a_plan_calls_off_what_waits(database: Database, cast: Cast) -> None:
    ended = await plan(database, cast.rosa, "weekly-als", weekly())
    kept = await plan(database, cast.rosa, "daily-three", DAILY)
    async with database.writing() as db:
        await ended_plans.end(work_by(db, cast.maria), await db.get_one(Plan, ended.id), "Moved away")
    for check_in in await check_ins(database):
        expected = ("cancelled", {"cancelled"}) if check_in.plan_id == ended.id else ("waiting", {"scheduled"})
        states = {state for _, state in await reminders(database, check_in)}
        assert (check_in.state, states) == expected
    await schedule(database, NOW + timedelta(days=7))
    assert {c.plan_id for c in await check_ins(database) if c.state == "waiting"} == {kept.id}


async def test_what_can_be_answered_now_closes_first_first(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "weekly-als", weekly())
    await plan(database, cast.rosa, "daily-three", DAILY)
    async with database.reading() as db:
        found = await lookup.open_now(work_by(db, cast.rosa))
        definitions = [await questionnaires.definition_of(db, check_in.questionnaire_id) for check_in in found]
        assert [definition.slug for definition in definitions] == ["daily-three", "weekly-als"]
        assert await lookup.open_now(work_by(db, cast.walter)) == []
        assert len(await lookup.open_now(work_by(db, cast.rosa, NOW - timedelta(minutes=1)))) == 0


async def test_case_18_an_answered_one_is_not_nudged(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    async with database.writing() as db:
        await answered(db, cast.rosa, check_in, STEADY)
    assert {state for _, state in await reminders(database, check_in)} == {"cancelled"}


async def test_nothing_answered_is_missed_and_no_longer_reminded_of(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    assert await close(database, check_in.closes_at - timedelta(seconds=1)) == 0
    await keep(database, cast, check_in, pain=None)
    assert await close(database, check_in.closes_at) == 1
    [closed] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    assert (closed.state, await rows(database, Response)) == ("missed", [])
    assert "check-in.missed" in await audited(database, check_in.id)
    assert await close(database, check_in.closes_at) == 0


async def test_what_was_left_half_way_goes_in_and_triggers_run_on_it(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    await keep(database, cast, check_in, strength="very-hard", speech=None)
    assert await close(database, check_in.closes_at) == 1
    [response], [flag] = await rows(database, Response), await rows(database, Flag)
    assert (response.status, past.answers_of(response)) == (
        "in-progress",
        {"strength": "very-hard", "speech": None},
    )
    assert (flag.item, flag.severity, flag.response_id) == ("strength", "today", response.id)
    assert await rows(database, Draft) == []
    assert (await rows(database, CheckIn, CheckIn.id == check_in.id))[0].state == "partial"


async def test_an_answer_that_is_asked_no_longer_keeps_no_check_in_open(database: Database, cast: Cast) -> None:
    """Choking was answered; then swallowing was changed to no trouble, and nobody is asked about choking any more."""
    check_in = await due(database, cast)
    await keep(database, cast, check_in, swallowing="little", choking=False, pain=3)
    await keep(database, cast, check_in, swallowing="none")
    assert await close(database, check_in.closes_at) == 1
    [response] = await rows(database, Response)
    assert past.answers_of(response) == {"swallowing": "none", "pain": 3}


async def test_case_76_what_the_patient_said_of_mood_stays_the_patients_when_a_helper_goes_on(
    database: Database, cast: Cast
) -> None:
    check_in = await due(database, cast)
    await keep(database, cast, check_in, mood="some")
    await keep(database, cast, check_in, Respondent.CAREGIVER, pain=3)
    assert await close(database, check_in.closes_at) == 1
    [response], [aside] = await rows(database, Response), await rows(database, ConflictingVersion)
    assert (response.respondent, past.answers_of(response)) == ("self", {"mood": "some"})
    assert (aside.respondent, aside.response_id, aside.answers) == ("helper", response.id, '{"pain": 3}')


async def test_case_76_a_helpers_view_overwrites_no_word_of_the_patient(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    await keep(database, cast, check_in, pain=8)
    await keep(database, cast, check_in, Respondent.CAREGIVER, pain=2)
    async with database.writing() as db:
        assert await drafts.kept(db, check_in, Respondent.HANDS) == {"pain": 8}
        assert await drafts.kept(db, check_in, Respondent.CAREGIVER) == {"pain": 2}
        held = await db.get_one(CheckIn, check_in.id)
        sent = submission.Submission(check_in.client_id, {"pain": 8}, Respondent.SELF, NOW)
        await submit.submit(work_by(db, cast.rosa), held, sent)
    [aside] = await rows(database, ConflictingVersion)
    assert (aside.respondent, aside.answers) == ("helper", '{"pain": 2}')
    assert await rows(database, Draft) == []


async def test_case_76_what_a_helper_saw_is_looked_at_by_the_same_rules(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    await keep(database, cast, check_in, pain=1)
    await keep(database, cast, check_in, Respondent.CAREGIVER, strength="very-hard")
    await close(database, check_in.closes_at)
    assert [flag.item for flag in await rows(database, Flag)] == ["strength"]


async def test_one_check_in_that_cannot_be_closed_keeps_no_other_open(database: Database, cast: Cast) -> None:
    first, second = await due(database, cast), await due(database, cast, "daily-three")
    await keep(database, cast, first, swallowing="little", choking=False)
    await keep(database, cast, first, swallowing="none")
    await close(database, NOW + timedelta(days=4))
    states = {c.id: c.state for c in await check_ins(database)}
    assert states[second.id] == "missed"
    assert states[first.id] == "partial"


async def test_case_42_responses_are_in_the_order_in_which_they_were_answered(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "daily-three", DAILY)
    async with database.writing() as db:
        first, second = list(await db.scalars(select(CheckIn).order_by(CheckIn.due_at)))[:2]
        for check_in, at in ((second, NOW + timedelta(days=1)), (first, NOW)):
            sent = submission.Submission(check_in.client_id, {"pain": 1}, Respondent.SELF, at)
            await submit.submit(work_by(db, cast.rosa, NOW + timedelta(days=2)), check_in, sent)
        history = await past.of_patient(db, cast.rosa.id, "daily-three")
    assert [response.check_in_id for response in history] == [first.id, second.id]
