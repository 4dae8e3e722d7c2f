"""Single answers that a device sends later: none is lost, and none overwrites a newer answer (case 42)."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.checkins import device_clock, rules
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.flags import flow as flags
from server.people.rules import Refusal, Refused
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.definition import Definition
from server.questionnaires.private_questions import without_private_skips
from server.questionnaires.question import BadAnswer
from server.questionnaires.respondents import Author, Respondent, respondent_from
from server.responses import drafts, history
from server.responses.drafts import Statement
from server.responses.models import Draft
from server.responses.offline.sealed_entries import Entry
from server.responses.submission import conflicts, submit


async def take_late(work: Work, check_in: CheckIn, definition: Definition, entry: Entry) -> Refused | None:
    """Save late answers as drafts; after the check-in was sent, as a conflicting version. Raises BadAnswer.

    Answers to a missed check-in reopen it; the next close tick submits them as a partial response. Returns Refused if
    the check-in is cancelled or closed too long ago, unless an answer raises an urgent flag.
    """
    respondent = respondent_from(entry.respondent, work.actor.kind)
    answers = _checked(definition, entry.answers, respondent)
    statement = Statement(respondent, answers, caregiver_id=work.actor.caregiver_id)
    if check_in.state in (CheckInState.DONE, CheckInState.PARTIAL):
        await conflicts.keep_late(work, check_in, definition, statement)
        return None
    if check_in.state == CheckInState.CANCELLED or work.now - check_in.closes_at > rules.ANSWERED_LATE:
        red = await flags.raise_urgent(
            work, await history.occurrence(work.db, check_in, definition, answers, respondent)
        )
        if not red:
            audit.record(work, "check-in.refused", check_in, why="closed")
        return None if red else Refused("closed")
    if check_in.state == CheckInState.MISSED:
        check_in.state = CheckInState.WAITING
        audit.record(work, "check-in.answered-late", check_in)
    at = device_clock.on_our_clock(entry.answered_at, entry.device_time, work.now)
    await _keep_older(work, check_in, definition, replace(statement, at=at))
    return None


async def note_refused(work: Work, check_in: CheckIn, entry: Entry, why: Refusal) -> None:
    """Record that a whole check-in was refused, and still raise its urgent flags for staff (case 51)."""
    audit.record(work, "check-in.refused", check_in, why=why)
    definition = await questionnaires.definition_of(
        work.db, await submit.version_answered(work.db, check_in, entry.questionnaire)
    )
    respondent = respondent_from(entry.respondent, work.actor.kind)
    with contextlib.suppress(BadAnswer):
        answers = _checked(definition, entry.answers, respondent)
        await flags.raise_urgent(work, await history.occurrence(work.db, check_in, definition, answers, respondent))


async def _keep_older(work: Work, check_in: CheckIn, definition: Definition, statement: Statement) -> None:
    """Save answers, except where a newer one to the same question exists. Urgent flags are raised in both cases."""
    newer = await _answered_since(work.db, check_in, statement.author, statement.at or work.now)
    for link_id, value in statement.answers.items():
        if link_id not in newer:
            await drafts.keep(work, check_in, definition, replace(statement, answers={link_id: value}))
        else:
            occurrence = await history.occurrence(work.db, check_in, definition, {link_id: value}, statement.respondent)
            await flags.raise_urgent(work, occurrence)
            audit.record(work, "check-in.answer-superseded", check_in, item=link_id)


def _checked(definition: Definition, answers: Mapping[str, object], respondent: Respondent) -> dict[str, Value]:
    """Validate the answers, but not whether the questions are still asked: they were at the time. Raises BadAnswer.

    A caregiver may not answer for the patient's mood.
    """
    for link_id in answers:
        if respondent == Respondent.CAREGIVER and definition.question(link_id).patient_only:
            raise BadAnswer(link_id, "not asked")
    checked = {link_id: definition.question(link_id).check(value) for link_id, value in answers.items()}
    return without_private_skips(definition, checked, respondent)


async def _answered_since(db: AsyncSession, check_in: CheckIn, author: Author, at: datetime) -> set[str]:
    found = await db.scalars(
        select(Draft.link_id).where(Draft.check_in_id == check_in.id, drafts.is_by(author), Draft.answered_at > at)
    )
    return set(found)
