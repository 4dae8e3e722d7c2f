"""A patient's earlier responses, and how the current answers compare with them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, ActorKind
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.flags.rules import WHOLE
from server.flags.triggers.fired_triggers import Occurrence
from server.flags.triggers.rules import Earlier
from server.questionnaires.answers import Answers, Value, answers_from_json
from server.questionnaires.branching import asked
from server.questionnaires.definition import Definition, levels
from server.questionnaires.models import Questionnaire
from server.questionnaires.question import Question
from server.questionnaires.respondents import Respondent, source_of
from server.responses.models import Response

LOOKS_BACK = 12  # check-ins; a trigger counts at most ten in a row


async def of_patient(db: AsyncSession, patient_id: str, slug: str | None = None) -> list[Response]:
    """A patient's responses, oldest answer first, without undone ones."""
    query = select(Response).where(Response.patient_id == patient_id, Response.undone_at.is_(None))
    query = query.order_by(Response.answered_at)
    return list(await db.scalars(query.where(Response.slug == slug) if slug else query))


def answers_of(response: Response) -> dict[str, Value]:
    return answers_from_json(response.answers)


async def find(db: AsyncSession, actor: Actor, check_in_id: str) -> Response | None:
    query = _standing(check_in_id).where(Response.is_of(actor.clinic_id))
    if actor.kind != ActorKind.STAFF:
        query = query.where(Response.patient_id == actor.patient_id)
    response: Response | None = await db.scalar(query)
    return response


async def current_response(db: AsyncSession, check_in_id: str) -> Response | None:
    """The check-in's response, or None if nobody sent one or it was undone."""
    response: Response | None = await db.scalar(_standing(check_in_id))
    return response


async def last_undone(db: AsyncSession, check_in_id: str) -> Response | None:
    """The response that was undone last, or None if none was."""
    undone = select(Response).where(Response.check_in_id == check_in_id, Response.undone_at.is_not(None))
    response: Response | None = await db.scalar(undone.order_by(Response.undone_at.desc()).limit(1))
    return response


def _standing(check_in_id: str) -> Select[Response]:
    return select(Response).where(Response.check_in_id == check_in_id, Response.undone_at.is_(None))


def unanswered(definition: Definition, answers: Answers, respondent: Respondent) -> set[str]:
    """Questions that this respondent was asked and did not answer."""
    return {
        question.link_id for question in asked(definition, answers, respondent) if answers.get(question.link_id) is None
    }


def nothing(definition: Definition) -> Earlier:
    """A check-in without any answer: its unconditional questions all count as unanswered."""
    return Earlier({}, {WHOLE, *(question.link_id for question in definition.questions if not question.whens)})


def _as_moment(definition: Definition) -> Callable[[Response], tuple[datetime, Earlier]]:
    def moment(response: Response) -> tuple[datetime, Earlier]:
        answers = answers_of(response)
        return response.answered_at, Earlier(
            levels(definition, answers), unanswered(definition, answers, response.respondent)
        )

    return moment


async def missed(db: AsyncSession, check_in: CheckIn, definition: Definition) -> list[tuple[datetime, Earlier]]:
    """This patient's missed check-ins with the same questionnaire that closed by this one's deadline, newest first."""
    found = await db.scalars(
        select(CheckIn.closes_at)
        .join(Questionnaire, Questionnaire.id == CheckIn.questionnaire_id)
        .where(
            CheckIn.patient_id == check_in.patient_id,
            CheckIn.state == CheckInState.MISSED,
            CheckIn.id != check_in.id,
            CheckIn.closes_at <= check_in.closes_at,
            Questionnaire.slug == definition.slug,
        )
        .order_by(CheckIn.closes_at.desc())
        .limit(LOOKS_BACK)
    )
    return [(closed, nothing(definition)) for closed in found]


async def unanswered_occurrence(db: AsyncSession, check_in: CheckIn, definition: Definition) -> Occurrence:
    """The occurrence of a check-in whose window ended without an answer."""
    whole = await occurrence(db, check_in, definition, {}, None)
    return replace(whole, unanswered=nothing(definition).unanswered)


async def occurrence(
    db: AsyncSession, check_in: CheckIn, definition: Definition, answers: Answers, by: Response | Respondent | None
) -> Occurrence:
    """The input of the triggers: these answers, the earlier ones, and the patient's first.

    `by`: the response that holds the answers, or who gave them before a response does; None if nobody answered.
    """
    response = by if isinstance(by, Response) else None
    respondent = response.respondent if response else by
    found = await of_patient(db, check_in.patient_id, definition.slug)
    earlier = [other for other in found if other.check_in_id != check_in.id]
    before = sorted(
        [*map(_as_moment(definition), earlier), *await missed(db, check_in, definition)], key=lambda one: one[0]
    )
    return Occurrence(
        patient_id=check_in.patient_id,
        check_in_id=check_in.id,
        response_id=response.id if response else None,
        slug=definition.slug,
        version=definition.version,
        levels=levels(definition, answers),
        previous=levels(definition, answers_of(earlier[-1])) if earlier else {},
        first=levels(definition, answers_of(earlier[0])) if earlier else {},
        path=f"/staff/patients/{check_in.patient_id}",
        earlier=[one for _, one in reversed(before[-LOOKS_BACK:])],
        unanswered=unanswered(definition, answers, response.respondent) if response else (),
        source=source_of(respondent) if isinstance(respondent, Respondent) else None,
    )


async def news(
    db: AsyncSession, check_in: CheckIn, definition: Definition, before: Answers, answers: Answers, response: Response
) -> Occurrence:
    """An occurrence of the answers that are new or changed since `before`; triggers have checked the rest already."""
    new = {link_id: value for link_id, value in answers.items() if link_id not in before or before[link_id] != value}
    found = await occurrence(db, check_in, definition, new, response)
    skipped = unanswered(definition, answers, response.respondent)
    return replace(found, unanswered=skipped - unanswered(definition, before, Respondent.HANDS) if before else skipped)


AnswerHistory = list[tuple[datetime, Mapping[str, Value]]]


def answered(responses: Iterable[Response]) -> AnswerHistory:
    """When and what each response answered, decrypted once for any number of charts."""
    return [(response.answered_at, answers_of(response)) for response in responses]


def points(question: Question, history: AnswerHistory) -> list[tuple[datetime, int]]:
    """The question's levels over time, without skips: what a chart draws."""
    levels = [(at, question.level(answers.get(question.link_id))) for at, answers in history]
    return [(at, level) for at, level in levels if level is not None]
