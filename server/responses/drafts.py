"""Drafts: every answer is saved at once, the patient's words apart from each caregiver's view (case 76)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select
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
from server.questionnaires.respondents import Author, Respondent, Source, author_of
from server.responses import history
from server.responses.models import Draft, Response


@dataclass(frozen=True)
class Statement:
    """The answers of one respondent. `at`: when they were given, if that was before they reached the server.

    `entered_by`: the staff member who entered them by phone. `caregiver_id`: the caregiver on whose device they were.
    """

    respondent: Respondent
    answers: Mapping[str, Value]
    at: datetime | None = None
    entered_by: str | None = None
    caregiver_id: str | None = None

    @property
    def author(self) -> Author:
        return author_of(self.respondent, self.caregiver_id)


def statement_of(response: Response) -> Statement:
    """A sent answer as a draft again."""
    return Statement(response.respondent, history.answers_of(response), caregiver_id=response.caregiver_id)


def is_by(author: Author) -> ColumnElement[bool]:
    """SQL: a draft of this author."""
    return and_(Draft.source == author.source, Draft.caregiver_id.is_not_distinct_from(author.caregiver_id))


async def kept(db: AsyncSession, check_in: CheckIn, author: Author, with_copies: bool = True) -> dict[str, Value]:
    """Draft answers of this author; None is a skip.

    `with_copies`: include answers copied from last time.
    """
    found = await db.scalars(select(Draft).where(Draft.check_in_id == check_in.id, is_by(author)))
    return {draft.link_id: value_from_json(draft.value) for draft in found if with_copies or not draft.copied}


async def shown_to(
    db: AsyncSession, check_in: CheckIn, definition: Definition, respondent: Respondent, caregiver_id: str | None
) -> dict[str, Value]:
    """The draft answers, without the private ones while someone else holds the device."""
    return shown(definition, await kept(db, check_in, author_of(respondent, caregiver_id)), respondent)


async def private(db: AsyncSession, check_in: CheckIn, definition: Definition) -> dict[str, Value]:
    """The patient's private draft answers, whoever held the device when they were given."""
    found = await kept(db, check_in, Author(Source.PATIENT), with_copies=False)
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
    author = statement.author
    for link_id, value in statement.answers.items():
        which = (Draft.check_in_id == check_in.id, is_by(author), Draft.link_id == link_id)
        draft = await work.db.scalar(select(Draft).where(*which)) or Draft(
            clinic_id=check_in.clinic_id,
            check_in_id=check_in.id,
            source=author.source,
            caregiver_id=author.caregiver_id,
            link_id=link_id,
        )
        draft.value, draft.respondent, draft.answered_at = value_to_json(value), respondent, answered_at
        draft.copied = False
        work.db.add(draft)
        await work.db.flush()
        audit.record(work, "answer.kept", draft)


async def authors(
    db: AsyncSession, check_in: CheckIn, definition: Definition | None = None
) -> dict[Author, Respondent]:
    """Author → the latest respondent: the patient first, then the caregivers as they began.

    `definition`: count public questions only.
    """
    found = await db.scalars(select(Draft).where(Draft.check_in_id == check_in.id).order_by(Draft.answered_at))
    last = {d.author: d.respondent for d in found if definition is None or is_public_item(definition, d.link_id)}
    return {author: last[author] for author in sorted(last, key=lambda author: author.source != Source.PATIENT)}


async def respondent_to_resume(
    db: AsyncSession, actor: Actor, check_in: CheckIn, definition: Definition
) -> Respondent | None:
    """The respondent when this person reopens a check-in; None if the page must ask.

    After "hands" answered, a patient's device asks again: it can't tell who holds it now, and must protect private
    answers. A caregiver's device behaves the same whether or not the patient has answered private questions.
    """
    if actor.kind != ActorKind.CAREGIVER:
        began = await authors(db, check_in)
        return None if began.get(Author(Source.PATIENT)) == Respondent.HANDS else Respondent.SELF
    began = await authors(db, check_in, definition)
    hands = began.get(Author(Source.PATIENT)) == Respondent.HANDS
    if hands == (Author(Source.CAREGIVER, actor.caregiver_id) in began):
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
