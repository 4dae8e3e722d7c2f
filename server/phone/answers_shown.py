"""Sent answers as a patient or caregiver may see them: whose words, which private ones, and their trends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, ActorKind
from server.audit import AuditEvent
from server.checkins import rules
from server.checkins.models import CheckIn
from server.clock import to_wall
from server.db import Work
from server.flags import flow, lists
from server.flags.models import Flag, FlagEvidence
from server.flags.rules import FlagOutcome
from server.people import staff as people_staff
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import Definition
from server.questionnaires.private_questions import is_public_item
from server.questionnaires.question import Question
from server.questionnaires.respondents import Respondent, Source, source_of
from server.responses import drafts
from server.responses import history as past
from server.responses.models import ConflictingVersion
from server.responses.models import Response as Answered
from server.web import charts
from server.web.charts import Chart


async def may_see_private(db: AsyncSession, actor: Actor, who: str) -> bool:
    """Whether to show private answers. `who`: "self" if the patient has just pressed *Show what is only for me*."""
    last_respondent = await drafts.last_respondent(db, actor.patient_id)
    return rules.may_see_private(actor.kind, last_respondent, who == Respondent.SELF)


@dataclass(frozen=True)
class Trend:
    question: Question
    chart: Chart
    levels_in_words: list[tuple[datetime, str]]


def trends(definition: Definition, history: list[Answered], private: bool) -> list[Trend]:
    """A small chart per question with at least two answers. `private`: include private ones, such as mood."""
    found: list[Trend] = []
    answered = past.answered(history)
    for question in definition.questions:
        if definition.is_private(question) and not private:
            continue
        given = [(at, value) for at, answers in answered if (value := answers.get(question.link_id)) is not None]
        points = past.points(question, answered)
        if len(points) > 1:
            labels = [(at, question.label(value)) for at, value in given]
            found.append(Trend(question, charts.draw(points, question.worst), labels))
    return found


WORRY_SHOWN = timedelta(days=7)  # after its outcome


@dataclass(frozen=True)
class Worry:
    """The progress of an answer that staff act on. Moments are the reader's wall time; "" and None mean not yet.

    `by`: until when somebody gets in touch, if that is still ahead. `sent_in`: the id of the check-in whose page shows
    the answer; "" until the check-in is sent.
    """

    topic: str
    received: datetime
    opener: str
    opened: datetime | None
    owner: str
    outcome: FlagOutcome | None
    by: datetime | None
    sent_in: str


async def worry(work: Work) -> Worry | None:
    """The newest answer that staff act on, as Home shows it to this person (case 105); None if there is none."""
    own = await may_see_private(work.db, work.actor, "")
    flags = await lists.of_patient(work.db, work.actor.patient_id)
    for flag in sorted(flags, key=lambda flag: flag.updated_at, reverse=True):
        if flag.closed_at is not None and work.now - flag.closed_at > WORRY_SHOWN:
            continue
        if not await _may_know(work, flag):
            continue
        check_in = await work.db.get_one(CheckIn, flag.check_in_id)
        definition = await questionnaires.definition_of(work.db, check_in.questionnaire_id)
        if flag.item in definition.by_id and (own or is_public_item(definition, flag.item)):
            return await _worry(work, flag, definition.by_id[flag.item].short)
    return None


async def _may_know(work: Work, flag: Flag) -> bool:
    """Whether this person may know of the flag. Only the caregiver who gave unsent answers knows of it."""
    if flag.source != Source.CAREGIVER:
        return True
    authors, is_sent = await _authors(work, flag)
    if is_sent or (work.actor.kind == ActorKind.CAREGIVER and work.actor.id in authors):
        return True
    response = await past.current_response(work.db, flag.check_in_id)
    if response is None or source_of(response.respondent) != Source.CAREGIVER:
        return False
    return (response.caregiver_id or flag.patient_id) in authors


async def _authors(work: Work, flag: Flag) -> tuple[set[str], bool]:
    """The ids of the authors of the flag's evidence, and whether one of them has sent it.

    When a caregiver sends, the server keeps the others' unsent answers beside the response. Those do not count as sent.
    """
    raised = AuditEvent.subject_id == flag.id, AuditEvent.verb.in_(("flag.raised", "flag.updated"))
    events = (await work.db.execute(select(AuditEvent.at, AuditEvent.actor_id).where(*raised))).all()
    authors, is_sent = set[str](), False
    for piece in await flow.evidence_of(work.db, flag):
        actors = {actor_id for at, actor_id in events if at == piece.at}
        author = await _author(work, flag, piece)
        authors |= {author} if author else actors
        is_sent = is_sent or (author is not None and (piece.conflict_id is None or actors == {author}))
    return authors, is_sent


async def _author(work: Work, flag: Flag, piece: FlagEvidence) -> str | None:
    """The author of the answers behind a piece of evidence; None while they are only a draft."""
    kept: Answered | ConflictingVersion | None = None
    if piece.conflict_id:
        kept = await work.db.get(ConflictingVersion, piece.conflict_id)
    elif piece.response_id:
        kept = await work.db.get(Answered, piece.response_id)
    return (kept.caregiver_id or flag.patient_id) if kept else None


async def _worry(work: Work, flag: Flag, topic: str) -> Worry:
    response = await work.db.get(Answered, flag.response_id) if flag.response_id else None
    seen_by, seen_at = (response.opened_by, response.opened_at) if response and response.opened_by else (None, None)
    seen_by, seen_at = seen_by or flag.seen_by, seen_at or flag.seen_at
    zone = work.actor.zone
    return Worry(
        topic,
        to_wall(response.received_at if response else flag.raised_at, zone),
        await _name(work, seen_by),
        seen_at and to_wall(seen_at, zone),
        await _name(work, flag.closed_by or flag.owner_id),
        flag.outcome,
        to_wall(flag.due_at, zone) if flag.due_at > work.now else None,
        flag.check_in_id if await past.find(work.db, work.actor, flag.check_in_id) else "",
    )


async def _name(work: Work, staff_id: str | None) -> str:
    staff = await people_staff.find_staff(work.db, work.actor, staff_id) if staff_id else None
    return staff.name if staff else ""
