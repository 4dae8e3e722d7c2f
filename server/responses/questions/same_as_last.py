"""Same as last time: show the last answers first, and save them as copied (UX: patient screen 6).

It is offered to the same respondent only, if the questionnaire allows it, and never after a flag for today or an urgent
one. Copied answers count only once somebody sends them: a check-in that closes before that leaves them out.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.checkins.models import CheckIn
from server.db import Work
from server.flags import lists
from server.flags.rules import Severity
from server.questionnaires.answers import Answers, Value, value_to_json
from server.questionnaires.branching import asked, still_asked
from server.questionnaires.definition import Definition
from server.questionnaires.models import Questionnaire
from server.questionnaires.private_questions import is_public_item, shown
from server.questionnaires.respondents import Author, Respondent, author_of
from server.responses import history
from server.responses.drafts import Statement, is_by
from server.responses.models import Draft, Response, ResponseStatus
from server.responses.questions.answering import Answering

ON_A_PAGE = 6  # questions per page: with More and That is all, at most nine things to press


async def offer(answering: Answering) -> Response | None:
    """The response whose answers may be copied; None if it is not allowed or a draft answer exists."""
    db, actor, check_in = answering.db, answering.actor, answering.check_in
    definition, respondent = answering.definition, answering.respondent
    if not definition.may_be_same or await answering.kept():
        return None
    mine = [
        r for r in await history.of_patient(db, check_in.patient_id, definition.slug) if _is_same(r, actor, respondent)
    ]
    last = mine[-1] if mine else None
    if last is None or not _is_whole(definition, last) or last.questionnaire_id != check_in.questionnaire_id:
        return None
    flags = await lists.of_check_in(db, last.check_in_id)
    urgent = [flag for flag in flags if flag.severity in (Severity.TODAY, Severity.URGENT)]
    # A missing offer must not reveal a flag about mood. Mood is not copied on such devices anyway.
    counts = [flag for flag in urgent if respondent == Respondent.SELF or is_public_item(definition, flag.item)]
    return None if counts else last


def _is_whole(definition: Definition, last: Response) -> bool:
    """Whether it is complete. With "hands", the private questions may be missing, since nobody asked them."""
    given = history.answers_of(last)
    public = [q.link_id for q in asked(definition, given, Respondent.HANDS)]
    return last.status == ResponseStatus.COMPLETED or (
        last.respondent == Respondent.HANDS and all(link_id in given for link_id in public)
    )


def _is_same(response: Response, actor: Actor, respondent: Respondent) -> bool:
    return response.author == author_of(respondent, actor.caregiver_id)


async def take_over(work: Work, check_in: CheckIn, last: Statement) -> None:
    """Save the answers of last time as drafts, marked as copied. A question skipped then is asked again."""
    for link_id, value in last.answers.items():
        draft = Draft(
            clinic_id=check_in.clinic_id,
            check_in_id=check_in.id,
            source=last.author.source,
            caregiver_id=last.author.caregiver_id,
            link_id=link_id,
            respondent=last.respondent,
            answered_at=work.now,
            copied=True,
        )
        draft.value = value_to_json(value)
        work.db.add(draft)
        audit.record(work, "answer.copied", draft)
    await work.db.flush()


def answers_of(definition: Definition, last: Response, respondent: Respondent) -> dict[str, Value]:
    given = {
        link_id: v for link_id, v in shown(definition, history.answers_of(last), respondent).items() if v is not None
    }
    return still_asked(
        definition, {link_id: value for link_id, value in given.items() if link_id in definition.by_id}, respondent
    )


async def copied(db: AsyncSession, check_in: CheckIn, author: Author) -> list[str]:
    """Questions whose draft is still the copied answer of last time."""
    found = await db.scalars(select(Draft.link_id).where(Draft.check_in_id == check_in.id, is_by(author), Draft.copied))
    return list(found)


async def copied_shown(answering: Answering) -> list[str]:
    """Copied answers that this respondent may see."""
    found = await copied(answering.db, answering.check_in, answering.author)
    own = answering.respondent == Respondent.SELF
    return [link_id for link_id in found if own or is_public_item(answering.definition, link_id)]


async def with_copies(
    db: AsyncSession, actor: Actor, check_in: CheckIn, respondent: Respondent, answers: Answers, claimed: Iterable[str]
) -> list[str]:
    """The claimed "same as last time" answers that really match the previous response."""
    form_slug = (await db.get_one(Questionnaire, check_in.questionnaire_id)).slug
    mine = [r for r in await history.of_patient(db, check_in.patient_id, form_slug) if _is_same(r, actor, respondent)]
    earlier = [r for r in mine if r.check_in_id != check_in.id]
    last = history.answers_of(earlier[-1]) if earlier else {}
    return [k for k in claimed if k in answers and answers[k] is not None and last.get(k) == answers[k]]


def pages(definition: Definition, kept: Answers, respondent: Respondent) -> list[dict[str, Any]]:
    """The questions in pages of at most six; `more` is the number of the next page."""
    questions = asked(definition, kept, respondent)
    cut = [questions[at : at + ON_A_PAGE] for at in range(0, len(questions), ON_A_PAGE)]
    more = [(number + 1) % len(cut) if len(cut) > 1 else None for number in range(len(cut))]
    return [{"questions": page, "more": following} for page, following in zip(cut, more, strict=True)]
