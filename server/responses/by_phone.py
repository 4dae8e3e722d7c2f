"""Staff enter the answers that a patient gives in a phone call, and record them as the patient's own words."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.checkins import rules
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.people.rules import Refused
from server.questionnaires.answers import Value
from server.questionnaires.branching import asked
from server.questionnaires.definition import Definition
from server.questionnaires.question import BadAnswer, Question
from server.questionnaires.respondents import Respondent, author_of
from server.responses import drafts, history, lookup
from server.responses.drafts import Statement
from server.responses.models import Response
from server.responses.submission import conflicts, submit
from server.responses.submission.submission import Conflict, Submission, Taken

WHOSE = Respondent.SELF  # the patient's own words, mood included


async def enterable(db: AsyncSession, patient_id: str, now: datetime) -> list[CheckIn]:
    """Check-ins that staff may enter by phone: each plan's newest one that is due or was missed in the last week."""
    found = await db.scalars(
        select(CheckIn)
        .where(
            CheckIn.patient_id == patient_id,
            CheckIn.state.in_((CheckInState.WAITING, CheckInState.MISSED)),
            CheckIn.due_at <= now,
            CheckIn.closes_at > now - timedelta(days=7),
        )
        .order_by(CheckIn.due_at)
    )
    newest = {check_in.plan_id: check_in for check_in in found}
    return [
        check_in
        for check_in in newest.values()
        if _is_enterable(check_in, now) and await lookup.may_be_asked(db, check_in)
    ]


def _is_enterable(check_in: CheckIn, now: datetime) -> bool:
    return rules.may_be_entered(check_in.state, check_in.due_at, check_in.closes_at, now)


async def begun(db: AsyncSession, check_in: CheckIn) -> dict[str, Value]:
    """The draft answers that the patient gave on a device before the call, so that staff need not ask again."""
    return await drafts.kept(db, check_in, author_of(WHOSE, None), with_copies=False)


def unasked(definition: Definition, answers: Mapping[str, Value]) -> list[Question]:
    """Questions that have an answer although the other answers rule them out."""
    allowed = {question.link_id for question in asked(definition, answers, WHOSE)}
    given = [link_id for link_id, value in answers.items() if value is not None and link_id not in allowed]
    return [definition.question(link_id) for link_id in given]


async def enter(
    work: Work, check_in: CheckIn, definition: Definition, answers: Mapping[str, Value]
) -> Taken | Conflict | Refused:
    """Submit the answers as a response, with the usual triggers. Raises BadAnswer for contradictory answers.

    A response that arrived while staff typed gives a Conflict: see `_enter_late`.
    """
    if strays := unasked(definition, answers):
        raise BadAnswer(strays[0].link_id, "not asked")
    ids = [question.link_id for question in asked(definition, answers, WHOSE)]
    given = {link_id: answers[link_id] for link_id in ids if link_id in answers}
    if not _is_enterable(check_in, work.now):
        stored = await history.current_response(work.db, check_in.id)
        return Refused("closed") if stored is None else await _enter_late(work, check_in, definition, stored, given)
    taken = await submit.submit(work, check_in, Submission(check_in.client_id, given, WHOSE, work.now))
    if isinstance(taken, Taken) and not taken.again:
        taken.response.copied = []  # the patient gave every answer in the call
        audit.record(work, "response.by-phone", taken.response)
    return taken


async def _enter_late(
    work: Work, check_in: CheckIn, definition: Definition, stored: Response, given: Mapping[str, Value]
) -> Taken | Conflict:
    """Store answers that differ from the patient's response as a conflicting version, with its flags (case 115).

    A colleague's entry stays as it is: the staff member looks at it, and corrects it if it is wrong.
    """
    if given == history.answers_of(stored):  # pressed twice
        return Taken(stored, again=True)
    if stored.entered_by is None:
        answered = {link_id: value for link_id, value in given.items() if value is not None}
        statement = Statement(WHOSE, answered, entered_by=work.actor.id)
        return Conflict(stored, await conflicts.keep_late(work, check_in, definition, statement))
    return Conflict(stored, is_kept=False)
