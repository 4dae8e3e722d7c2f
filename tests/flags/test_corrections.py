"""A correction takes back what its mistake brought to flags, and nothing else (case 115)."""

import json
from datetime import timedelta
from typing import Any

from server.checkins.models import CheckIn
from server.db import Database
from server.flags import actions, corrections
from server.flags.models import Flag, FlagEvidence
from server.flags.rules import FlagOutcome, Severity
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.reminders.models import Reminder
from server.reminders.states import ReminderKind, ReminderState
from server.responses import by_phone, history
from server.responses import corrections as answer_corrections
from server.responses.drafts import Statement
from server.responses.models import Response
from server.responses.submission import conflicts
from server.responses.submission.conflicts import Sent
from server.responses.submission.submission import Taken
from tests.cast import NOW, Cast, work_by
from tests.flags.scene import answers, close, flags, only_flag
from tests.stories import STEADY, audited, due_check_in, rows, subscribed

HOUR = timedelta(hours=1)
CALM: dict[str, Any] = STEADY
HARD: dict[str, Any] = {"speech": "hard"}
RED: dict[str, Any] = {"breathing": "very-hard"}


async def entered(database: Database, cast: Cast, changed: dict[str, Any], hours: float = 0) -> Response:
    """Maria enters Rosa's answers by phone, so many hours from now."""
    now = NOW + hours * HOUR
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa, now=now)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        taken = await by_phone.enter(work_by(db, cast.maria, now), check_in, definition, CALM | changed)
        assert isinstance(taken, Taken)
        return taken.response


async def corrected(
    database: Database, cast: Cast, mistaken: Response, changed: dict[str, Any], hours: float
) -> Response:
    async with database.writing() as db:
        check_in = await db.get_one(CheckIn, mistaken.check_in_id)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        stored = await db.get_one(Response, mistaken.id)
        work = work_by(db, cast.maria, NOW + hours * HOUR)
        found = await answer_corrections.correct(work, check_in, definition, stored, CALM | changed)
        assert isinstance(found, Response)
        return found


async def evidence_of(database: Database, flag: Flag) -> list[FlagEvidence]:
    found = await rows(database, FlagEvidence, FlagEvidence.flag_id == flag.id)
    return sorted(found, key=lambda row: (row.at, row.withdrawn_at is None))


def level(flag: Flag) -> int:
    return int(json.loads(flag.evidence)["now"])


async def test_case_115_a_flag_that_was_open_before_falls_back_to_what_it_was(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {"breathing": "little"}, weeks=1)
    before = await only_flag(database)
    assert before.severity == Severity.THIS_WEEK
    mistaken = await entered(database, cast, RED, hours=7 * 24 + 1)
    worse = await only_flag(database)
    assert (worse.severity, level(worse), worse.response_id) == (Severity.URGENT, 4, mistaken.id)
    await corrected(database, cast, mistaken, {}, hours=7 * 24 + 2)
    after = await only_flag(database)
    assert (after.closed_at, after.severity, level(after)) == (None, before.severity, level(before))
    assert (after.due_at, after.escalate_at, after.contacts_notified) == (before.due_at, before.escalate_at, 0)
    assert (after.response_id, after.check_in_id, after.trigger_id) == (
        before.response_id,
        before.check_in_id,
        before.trigger_id,
    )
    assert "flag.corrected" in await audited(database, after.id)
    assert [row.withdrawn_at for row in await evidence_of(database, after)] == [None, NOW + (7 * 24 + 2) * HOUR]


async def test_case_115_staff_who_were_still_to_hear_of_a_mistaken_urgent_flag_do_not(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        await subscribed(db, cast.maria)
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {"breathing": "little"}, weeks=1)
    mistaken = await entered(database, cast, RED, hours=7 * 24 + 1)
    alerts = await rows(database, Reminder, Reminder.kind == ReminderKind.ALERT)
    assert {alert.state for alert in alerts} == {ReminderState.SCHEDULED}
    await corrected(database, cast, mistaken, {}, hours=7 * 24 + 2)
    alerts = await rows(database, Reminder, Reminder.kind == ReminderKind.ALERT)
    assert {(alert.state, alert.reason) for alert in alerts} == {(ReminderState.CANCELLED, "corrected")}


async def test_case_115_a_flag_that_nothing_else_raised_is_closed(database: Database, cast: Cast) -> None:
    mistaken = await entered(database, cast, HARD)
    await corrected(database, cast, mistaken, {}, hours=1)
    flag = await only_flag(database)
    assert (flag.outcome, flag.escalate_at) == (FlagOutcome.CORRECTED, None)


async def test_case_115_each_of_two_corrections_withdraws_its_own(database: Database, cast: Cast) -> None:
    """Hard, very hard, hard: each of the first two was a mistake, corrected in the other order."""
    first = await entered(database, cast, HARD)
    second = await entered(database, cast, {"speech": "very-hard"}, hours=1)
    last = await entered(database, cast, HARD, hours=2)
    await corrected(database, cast, second, {}, hours=3)
    flag = await only_flag(database)
    assert (flag.severity, level(flag), flag.due_at < NOW + 5 * HOUR) == (Severity.TODAY, 3, True)
    await corrected(database, cast, first, {}, hours=4)
    flag = await only_flag(database)
    assert (flag.closed_at, level(flag), flag.response_id, flag.raised_at) == (None, 3, last.id, NOW)
    await corrected(database, cast, last, {}, hours=5)
    assert (await only_flag(database)).outcome == FlagOutcome.CORRECTED


async def test_case_115_correcting_another_answer_leaves_the_flag_alone(database: Database, cast: Cast) -> None:
    mistaken = await entered(database, cast, RED)
    async with database.writing() as db:
        flag = await db.get_one(Flag, (await only_flag(database)).id)
        await actions.own(work_by(db, cast.ken, NOW + HOUR), flag, cast.ken.id)
    before = await only_flag(database)
    second = await corrected(database, cast, mistaken, RED | {"pain": 3}, hours=2)
    after = await only_flag(database)
    assert (after.owner_id, after.due_at, after.escalate_at) == (cast.ken.id, before.due_at, before.escalate_at)
    assert (after.response_id, after.updated_at) == (second.id, before.updated_at)
    assert [(row.response_id, row.withdrawn_at) for row in await evidence_of(database, after)] == [(second.id, None)]
    await corrected(database, cast, second, {}, hours=3)
    assert (await only_flag(database)).outcome == FlagOutcome.CORRECTED


async def test_case_115_a_smaller_worry_takes_the_place_of_the_mistaken_one(database: Database, cast: Cast) -> None:
    mistaken = await entered(database, cast, RED)
    async with database.writing() as db:
        flag = await db.get_one(Flag, (await only_flag(database)).id)
        await actions.own(work_by(db, cast.ken, NOW), flag, cast.ken.id)
    await corrected(database, cast, mistaken, {"breathing": "hard"}, hours=1)
    flag = await only_flag(database)
    assert (flag.severity, level(flag), flag.owner_id) == (Severity.TODAY, 3, cast.ken.id)
    assert NOW < flag.due_at <= NOW + 4 * HOUR  # as if it had been entered at once
    assert flag.escalate_at == flag.due_at
    assert await corrected_words(database, flag) == 1


async def corrected_words(database: Database, flag: Flag) -> int:
    async with database.reading() as db:
        return len((await corrections.withdrawn_of(db, [flag.id, "another"])).get(flag.id, []))


async def test_case_115_a_correction_to_an_urgent_answer_alerts_and_has_no_owner_yet(
    database: Database, cast: Cast
) -> None:
    """Rosa's flag was urgent by her own answer, and Ken has it; by phone she was worse again, entered as calm."""
    async with database.writing() as db:
        await subscribed(db, cast.maria)
    await answers(database, cast.rosa, RED)
    async with database.writing() as db:
        flag = await db.get_one(Flag, (await only_flag(database)).id)
        await actions.own(work_by(db, cast.ken, NOW), flag, cast.ken.id)
    mistaken = await entered(database, cast, {"breathing": "hard"}, hours=1)
    assert (await only_flag(database)).owner_id == cast.ken.id
    await corrected(database, cast, mistaken, RED, hours=2)
    flag = await only_flag(database)
    assert (flag.severity, flag.owner_id, flag.contacts_notified) == (Severity.URGENT, None, 0)
    alerts = await rows(database, Reminder, Reminder.kind == ReminderKind.ALERT)
    assert NOW + 2 * HOUR in {alert.moment for alert in alerts}


async def test_case_115_what_a_patient_sent_beside_the_mistake_stands(database: Database, cast: Cast) -> None:
    mistaken = await entered(database, cast, RED)
    async with database.writing() as db:
        check_in = await db.get_one(CheckIn, mistaken.check_in_id)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        sent = Sent(check_in, definition, await db.get_one(Response, mistaken.id))
        statement = Statement(Respondent.CAREGIVER, {"breathing": "hard", "speech": "hard"})
        await conflicts.keep_version(work_by(db, cast.rosa, NOW + HOUR), sent, statement)
    second = await corrected(database, cast, mistaken, {}, hours=2)
    standing = {flag.item: (flag.severity, flag.closed_at, flag.response_id) for flag in await flags(database)}
    assert standing == dict.fromkeys(("breathing", "speech"), (Severity.TODAY, None, second.id))


async def test_case_115_a_flag_that_staff_closed_keeps_only_true_answers_quiet(database: Database, cast: Cast) -> None:
    mistaken = await entered(database, cast, {"speech": "very-hard"})
    await close(database, cast.maria, await only_flag(database))
    second = await corrected(database, cast, mistaken, {"speech": "hard"}, hours=1)  # staff know of something worse
    assert len(await flags(database)) == 1
    await entered(database, cast, HARD, hours=2)
    assert len(await flags(database)) == 1
    await corrected(database, cast, second, {}, hours=3)
    assert [flag.outcome for flag in await flags(database)] == [FlagOutcome.CALLED]
    await entered(database, cast, HARD, hours=4)
    assert [flag.outcome for flag in await flags(database)] == [FlagOutcome.CALLED, None]


async def test_case_115_a_flag_from_before_its_evidence_was_kept_still_takes_news(
    database: Database, cast: Cast
) -> None:
    """Its row could not be read when the table came: a correction of news falls back to nothing, and it is closed."""
    await answers(database, cast.rosa, HARD)
    async with database.writing() as db:
        for row in await rows(database, FlagEvidence):
            await db.delete(await db.get_one(FlagEvidence, row.id))
    await entered(database, cast, {"speech": "very-hard"}, hours=1)
    flag = await only_flag(database)
    assert (flag.severity, level(flag), flag.closed_at) == (Severity.TODAY, 4, None)


async def test_case_115_the_caller_of_a_correction_passes_what_the_right_answers_are(
    database: Database, cast: Cast
) -> None:
    mistaken = await entered(database, cast, RED | HARD)
    async with database.writing() as db:
        check_in = await db.get_one(CheckIn, mistaken.check_in_id)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        stored = await db.get_one(Response, mistaken.id)
        right = await history.occurrence(db, check_in, definition, CALM | HARD, stored)
        work = work_by(db, cast.maria, NOW + HOUR)
        await corrections.replace(work, right, mistaken.id)
        await corrections.replace(work, right, mistaken.id)
    outcomes = {flag.item: flag.outcome for flag in await flags(database)}
    assert outcomes == {"breathing": FlagOutcome.CORRECTED, "speech": None}
