"""Drafts: every answer is saved at once, the patient's words apart from the caregiver's view (case 76)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, ActorKind
from server.checkins.models import CheckIn
from server.db import Work
from server.flags import flow as flags
from server.flags.triggers.rules import Raised
from server.questionnaires.answers import Value, value_from_json, value_to_json
from server.questionnaires.definition import Definition
from server.questionnaires.private_questions import is_public_item, shown
from server.questionnaires.respondents import Respondent, Source, source_of
from server.responses import history
from server.responses.models import Draft, Response


@dataclass(frozen=True)
class Statement:
    """The answers of one respondent. `at`: when they were given, if that was before they reached the server.

    `entered_by`: the staff member who entered them by phone.
    """

    respondent: Respondent
    answers: Mapping[str, Value]
    at: datetime | None = None
    entered_by: str | None = None


async def kept(
    db: AsyncSession, check_in: CheckIn, respondent: Respondent, with_copies: bool = True
) -> dict[str, Value]:
    """Draft answers of this respondent's source; None is a skip.

    `with_copies`: include answers copied from last time.
    """
    found = await db.scalars(
        select(Draft).where(Draft.check_in_id == check_in.id, Draft.source == source_of(respondent))
    )
    return {draft.link_id: value_from_json(draft.value) for draft in found if with_copies or not draft.copied}


async def shown_to(
    db: AsyncSession, check_in: CheckIn, definition: Definition, respondent: Respondent
) -> dict[str, Value]:
    """The draft answers, without the private ones while someone else holds the device."""
    return shown(definition, await kept(db, check_in, respondent), respondent)


async def private(db: AsyncSession, check_in: CheckIn, definition: Definition) -> dict[str, Value]:
    """The patient's private draft answers, whoever held the device when they were given."""
    found = await kept(db, check_in, Respondent.SELF, with_copies=False)
    return {
        link_id: value for link_id, value in found.items() if link_id not in shown(definition, found, Respondent.HANDS)
    }


async def keep(work: Work, check_in: CheckIn, definition: Definition, statement: Statement) -> list[Raised]:
    """Save a statement and alert staff to its urgent flags before the check-in is sent. Returns those flags."""
    await put_back(work, check_in, statement)
    if all(value is None for value in statement.answers.values()):
        return []
    occurrence = await history.occurrence(work.db, check_in, definition, statement.answers, statement.respondent)
    return await flags.raise_urgent(work, occurrence)


async def put_back(work: Work, check_in: CheckIn, statement: Statement) -> None:
    """Save answers without raising flags: when a response returns to draft, staff know its answers already."""
    respondent, answered_at = statement.respondent, statement.at or work.now
    source = source_of(respondent)
    for link_id, value in statement.answers.items():
        which = (Draft.check_in_id == check_in.id, Draft.source == source, Draft.link_id == link_id)
        draft = await work.db.scalar(select(Draft).where(*which)) or Draft(
            clinic_id=check_in.clinic_id, check_in_id=check_in.id, source=source, link_id=link_id
        )
        draft.value, draft.respondent, draft.answered_at = value_to_json(value), respondent, answered_at
        draft.copied = False
        work.db.add(draft)
        await work.db.flush()
        audit.record(work, "answer.kept", draft)


async def respondents(
    db: AsyncSession, check_in: CheckIn, definition: Definition | None = None
) -> dict[Source, Respondent]:
    """Source → its latest respondent, the patient first. `definition`: count public questions only."""
    found = await db.scalars(select(Draft).where(Draft.check_in_id == check_in.id).order_by(Draft.answered_at))
    last = {d.source: d.respondent for d in found if definition is None or is_public_item(definition, d.link_id)}
    return {source: last[source] for source in Source if source in last}


async def respondent_to_resume(
    db: AsyncSession, actor: Actor, check_in: CheckIn, definition: Definition
) -> Respondent | None:
    """The respondent when this person reopens a check-in; None if the page must ask.

    After "hands" answered, a patient's device asks again: it can't tell who holds it now, and must protect private
    answers. A caregiver's device behaves the same whether or not the patient has answered private questions.
    """
    if actor.kind != ActorKind.CAREGIVER:
        return None if (await respondents(db, check_in)).get(Source.PATIENT) == Respondent.HANDS else Respondent.SELF
    began = await respondents(db, check_in, definition)
    hands = began.get(Source.PATIENT) == Respondent.HANDS
    if hands == (Source.CAREGIVER in began):
        return None  # no answers yet, or both kinds: the caregiver has to say whose words come now
    return Respondent.HANDS if hands else Respondent.CAREGIVER


async def last_respondent(db: AsyncSession, patient_id: str) -> Respondent:
    """The last respondent on the patient's own devices, as far as we know; "self" if nobody has answered yet."""
    kept = select(Draft.answered_at, Draft.respondent).join(CheckIn, CheckIn.id == Draft.check_in_id)
    kept = kept.where(CheckIn.patient_id == patient_id).order_by(Draft.answered_at.desc(), Draft.respondent).limit(1)
    sent = select(Response.answered_at, Response.respondent).where(
        Response.patient_id == patient_id, Response.caregiver_id.is_(None), Response.undone_at.is_(None)
    )
    sent = sent.order_by(Response.answered_at.desc(), Response.respondent).limit(1)
    last = [row for query in (kept, sent) if (row := (await db.execute(query)).first()) is not None]
    if not last:
        return Respondent.SELF
    respondent: Respondent = max(last, key=lambda row: (row[0], row[1] != Respondent.SELF))[1]
    return respondent


async def clear(db: AsyncSession, check_in: CheckIn) -> None:
    """Delete a check-in's drafts. Its response holds the answers once it is sent or closed."""
    await db.execute(delete(Draft).where(Draft.check_in_id == check_in.id))
