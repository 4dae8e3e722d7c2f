"""The verbs about answers: keep one at once, send, take what a phone kept, close what was left half-way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, system
from server.checkins import flow, rules
from server.checkins.forms import Answers, Form, Value, check_answers, levels
from server.checkins.models import CheckIn, Draft, Response, SetAside
from server.people.rules import Refused
from server.reminders import flow as reminders
from server.review import flow as review
from server.review.flow import Occurrence


@dataclass(frozen=True)
class Submission:
    client_id: str
    answers: Mapping[str, object]
    respondent: str
    answered_at: datetime
    status: str = "completed"


@dataclass(frozen=True)
class Taken:
    """`again` for a replay; `flagged` when what was said needs staff."""

    response: Response
    again: bool = False
    flagged: bool = False


@dataclass(frozen=True)
class Conflict:
    """The same occasion was answered before, otherwise; both are kept."""

    response: Response


async def draft_of(db: AsyncSession, check_in: CheckIn) -> dict[str, Value]:
    """The answers kept so far, skips as None."""
    found = await db.scalars(select(Draft).where(Draft.check_in_id == check_in.id))
    return {draft.link_id: json.loads(draft.value) for draft in found}


async def keep_answer(
    db: AsyncSession,
    actor: Actor,
    check_in: CheckIn,
    form: Form,
    link_id: str,
    value: Value,
    respondent: str,
    now: datetime,
) -> list[review.Raised]:
    """Keep one answer at once. Red flags it raises go to staff now, before anything is sent; they are returned."""
    draft = await db.scalar(select(Draft).where(Draft.check_in_id == check_in.id, Draft.link_id == link_id)) or Draft(
        clinic_id=check_in.clinic_id, check_in_id=check_in.id, link_id=link_id
    )
    draft.value, draft.respondent, draft.answered_at = json.dumps(value), respondent, now
    db.add(draft)
    await db.flush()
    audit.record(db, actor, "answer.kept", draft, now)
    if value is None:
        return []
    occurrence = await _occurrence(db, check_in, form, {link_id: value}, None, now)
    return await review.raise_red(db, actor, occurrence, now)


async def respondent_of(db: AsyncSession, check_in: CheckIn) -> str | None:
    """Who has been answering this check-in so far."""
    return await db.scalar(
        select(Draft.respondent).where(Draft.check_in_id == check_in.id).order_by(Draft.answered_at.desc()).limit(1)
    )


async def submit(
    db: AsyncSession, actor: Actor, check_in: CheckIn, submission: Submission, now: datetime
) -> Taken | Conflict | Refused:
    """Take a whole check-in once. Sent again it is the same receipt; sent otherwise, both are kept.

    Raises BadAnswer for an answer to a question that this form does not have or that was not asked.
    """
    form = await flow.form_of(db, check_in.questionnaire_id)
    answers = check_answers(form, submission.answers, submission.respondent)
    held = await _held(db, check_in, submission.client_id)
    if held is not None:
        return await _again(db, actor, held, submission, answers, now)
    if check_in.state == "cancelled":
        return Refused("cancelled")
    response = _response(actor, check_in, form, submission, answers, now)
    db.add(response)
    await db.flush()
    audit.record(db, actor, "response.received", response, now, status=submission.status)
    check_in.state = "done" if submission.status == "completed" else "partial"
    await db.execute(delete(Draft).where(Draft.check_in_id == check_in.id))
    await reminders.settle(db, actor, check_in.id, now)
    occurrence = await _occurrence(db, check_in, form, answers, response, now)
    flags = await review.raise_flags(db, actor, occurrence, now)
    return Taken(response, flagged=any(raised.severity in ("red", "hard") for raised in flags))


async def _held(db: AsyncSession, check_in: CheckIn, client_id: str) -> Response | None:
    return await db.scalar(
        select(Response).where((Response.client_id == client_id) | (Response.check_in_id == check_in.id)).limit(1)
    )


async def _again(
    db: AsyncSession, actor: Actor, held: Response, submission: Submission, answers: Answers, now: datetime
) -> Taken | Conflict:
    """Decrypted answers are compared: sealing twice gives two ciphertexts."""
    if json.loads(held.answers) == dict(answers):
        return Taken(held, again=True)
    aside = SetAside(
        clinic_id=held.clinic_id,
        response_id=held.id,
        client_id=submission.client_id,
        answers=json.dumps(dict(answers)),
        received_at=now,
    )
    db.add(aside)
    await db.flush()
    audit.record(db, actor, "response.set-aside", aside, now)
    return Conflict(held)


def _response(
    actor: Actor, check_in: CheckIn, form: Form, submission: Submission, answers: Answers, now: datetime
) -> Response:
    return Response(
        clinic_id=check_in.clinic_id,
        client_id=submission.client_id,
        patient_id=check_in.patient_id,
        check_in_id=check_in.id,
        questionnaire_id=check_in.questionnaire_id,
        slug=form.slug,
        status=submission.status,
        respondent=submission.respondent,
        caregiver_id=actor.id if actor.kind == "caregiver" else None,
        device_id=actor.device_id or None,
        answers=json.dumps(dict(answers)),
        answered_at=rules.believable(submission.answered_at, now),
        received_at=now,
    )


async def _occurrence(
    db: AsyncSession,
    check_in: CheckIn,
    form: Form,
    answers: Answers,
    response: Response | None,
    now: datetime,
) -> Occurrence:
    """What the triggers look at: these answers, the ones before them, and the person's first."""
    earlier = [r for r in await history(db, check_in.patient_id, form.slug) if response is None or r.id != response.id]
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
    )


def answers_of(response: Response) -> dict[str, Value]:
    found: dict[str, Value] = json.loads(response.answers)
    return found


async def history(db: AsyncSession, patient_id: str, slug: str | None = None) -> list[Response]:
    """A patient's responses in the order in which they were answered."""
    query = select(Response).where(Response.patient_id == patient_id).order_by(Response.answered_at)
    return list(await db.scalars(query.where(Response.slug == slug) if slug else query))


async def find_response(db: AsyncSession, actor: Actor, check_in_id: str) -> Response | None:
    query = select(Response).where(Response.check_in_id == check_in_id, Response.clinic_id == actor.clinic_id)
    if actor.kind != "staff":
        query = query.where(Response.patient_id == actor.patient_id)
    return await db.scalar(query)


async def set_urgency(db: AsyncSession, actor: Actor, response: Response, urgency: str, now: datetime) -> None:
    """The patient's own word: call me today, or it can wait."""
    response.urgency = urgency
    audit.record(db, actor, "response.urgency", response, now, urgency=urgency)
    await review.note_urgency(db, actor, response.check_in_id, urgency, now)


async def opened(db: AsyncSession, actor: Actor, response: Response, now: datetime) -> None:
    """A staff member looked at it; the patient is told who and when, once."""
    if response.opened_at is None:
        response.opened_at, response.opened_by = now, actor.id
    audit.record(db, actor, "response.opened", response, now)


async def close_ended(db: AsyncSession, now: datetime, limit: int = 200) -> int:
    """Check-ins whose window has ended: what was answered goes in as partial, the rest counts as missed."""
    ended = list(
        await db.scalars(select(CheckIn).where(CheckIn.state == "waiting", CheckIn.closes_at <= now).limit(limit))
    )
    for check_in in ended:
        await _close(db, check_in, now)
    return len(ended)


async def _close(db: AsyncSession, check_in: CheckIn, now: datetime) -> None:
    actor = system(check_in.clinic_id)
    answers = await draft_of(db, check_in)
    if any(value is not None for value in answers.values()):
        respondent = await respondent_of(db, check_in) or "self"
        submission = Submission(check_in.client_id, answers, respondent, now, status="in-progress")
        await submit(db, actor, check_in, submission, now)
        return
    check_in.state = "missed"
    audit.record(db, actor, "check-in.missed", check_in, now)
