"""What a person answered before, and how that looks beside what they answer now."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins.models import CheckIn
from server.flags.flow import Earlier, Occurrence
from server.flags.rules import WHOLE
from server.questionnaires.definition import Answers, Form, Value, asked, levels
from server.questionnaires.models import Questionnaire
from server.responses.models import Response

LOOKS_BACK = 12  # check-ins; a rule counts at most ten in a row


async def of_patient(db: AsyncSession, patient_id: str, slug: str | None = None) -> list[Response]:
    """A patient's responses in the order in which they were answered."""
    query = select(Response).where(Response.patient_id == patient_id, Response.undone_at.is_(None))
    query = query.order_by(Response.answered_at)
    return list(await db.scalars(query.where(Response.slug == slug) if slug else query))


def answers_of(response: Response) -> dict[str, Value]:
    found: dict[str, Value] = json.loads(response.answers)
    return found


async def find(db: AsyncSession, actor: Actor, check_in_id: str) -> Response | None:
    query = _standing(check_in_id).where(Response.clinic_id == actor.clinic_id)
    if actor.kind != "staff":
        query = query.where(Response.patient_id == actor.patient_id)
    response: Response | None = await db.scalar(query)
    return response


async def standing(db: AsyncSession, check_in_id: str) -> Response | None:
    """The check-in's response, if one was sent and not taken back."""
    response: Response | None = await db.scalar(_standing(check_in_id))
    return response


def _standing(check_in_id: str) -> Select[Response]:
    return select(Response).where(Response.check_in_id == check_in_id, Response.undone_at.is_(None))


def unanswered(form: Form, answers: Answers, respondent: str) -> set[str]:
    """What this respondent was asked and did not answer."""
    return {question.link_id for question in asked(form, answers, respondent) if answers.get(question.link_id) is None}


def nothing(form: Form) -> Earlier:
    """A check-in that was not answered at all: it asked what it always asks."""
    return Earlier({}, {WHOLE, *(question.link_id for question in form.questions if not question.whens)})


def _as_moment(form: Form) -> Callable[[Response], tuple[datetime, Earlier]]:
    def moment(response: Response) -> tuple[datetime, Earlier]:
        answers = answers_of(response)
        return response.answered_at, Earlier(levels(form, answers), unanswered(form, answers, response.respondent))

    return moment


async def missed(db: AsyncSession, check_in: CheckIn, form: Form) -> list[tuple[datetime, Earlier]]:
    """This patient's check-ins of the same kind that ended unanswered before this one, by their end."""
    found = await db.scalars(
        select(CheckIn.closes_at)
        .join(Questionnaire, Questionnaire.id == CheckIn.questionnaire_id)
        .where(
            CheckIn.patient_id == check_in.patient_id,
            CheckIn.state == "missed",
            CheckIn.id != check_in.id,
            CheckIn.closes_at <= check_in.closes_at,
            Questionnaire.slug == form.slug,
        )
        .order_by(CheckIn.closes_at.desc())
        .limit(LOOKS_BACK)
    )
    return [(closed, nothing(form)) for closed in found]


async def unanswered_occurrence(db: AsyncSession, check_in: CheckIn, form: Form) -> Occurrence:
    """A check-in whose window ended with no answer."""
    known = await occurrence(db, check_in, form, {}, None)
    return replace(known, unanswered=nothing(form).unanswered)


async def occurrence(
    db: AsyncSession, check_in: CheckIn, form: Form, answers: Answers, response: Response | None
) -> Occurrence:
    """What the triggers look at: these answers, the ones before them, and the person's first."""
    found = await of_patient(db, check_in.patient_id, form.slug)
    earlier = [other for other in found if other.check_in_id != check_in.id]
    before = sorted([*map(_as_moment(form), earlier), *await missed(db, check_in, form)], key=lambda one: one[0])
    return Occurrence(
        patient_id=check_in.patient_id,
        check_in_id=check_in.id,
        response_id=response.id if response else None,
        slug=form.slug,
        version=form.version,
        levels=levels(form, answers),
        previous=levels(form, answers_of(earlier[-1])) if earlier else {},
        first=levels(form, answers_of(earlier[0])) if earlier else {},
        path=f"/staff/patients/{check_in.patient_id}",
        earlier=[one for _, one in reversed(before[-LOOKS_BACK:])],
        unanswered=unanswered(form, answers, response.respondent) if response else (),
    )


async def news(
    db: AsyncSession, check_in: CheckIn, form: Form, before: Answers, answers: Answers, response: Response
) -> Occurrence:
    """What `answers` add to what was sent `before`, or change in it: the rest has been looked at already."""
    new = {link_id: value for link_id, value in answers.items() if link_id not in before or before[link_id] != value}
    found = await occurrence(db, check_in, form, new, response)
    skipped = unanswered(form, answers, response.respondent)
    return replace(found, unanswered=skipped - unanswered(form, before, "hands") if before else skipped)
