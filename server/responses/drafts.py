"""Answers as they are given: each kept at once, the patient's words and a helper's view apart (case 76)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.checkins import rules
from server.checkins.models import CheckIn
from server.flags import flow as flags
from server.questionnaires.definition import Form, Value, is_public_item, shown
from server.responses import history
from server.responses.models import Draft, Response


@dataclass(frozen=True)
class Statement:
    """What one respondent answers. `at` is when, where that was before we heard of it."""

    respondent: str
    answers: Mapping[str, Value]
    at: datetime | None = None


async def kept(db: AsyncSession, check_in: CheckIn, respondent: str, taken_over: bool = True) -> dict[str, Value]:
    """The answers that this respondent's party gave so far, skips as None; with those of last time, or without."""
    found = await db.scalars(
        select(Draft).where(Draft.check_in_id == check_in.id, Draft.party == rules.party_of(respondent))
    )
    return {draft.link_id: json.loads(draft.value) for draft in found if taken_over or not draft.as_before}


async def shown_to(db: AsyncSession, check_in: CheckIn, form: Form, respondent: str) -> dict[str, Value]:
    """What was kept, without the private answers while someone else holds the phone."""
    return shown(form, await kept(db, check_in, respondent), respondent)


async def private(db: AsyncSession, check_in: CheckIn, form: Form) -> dict[str, Value]:
    """The patient's private answers so far, whoever held the phone when they were given."""
    found = await kept(db, check_in, "self", taken_over=False)
    return {link_id: value for link_id, value in found.items() if link_id not in shown(form, found, "hands")}


async def keep(
    db: AsyncSession, actor: Actor, check_in: CheckIn, form: Form, statement: Statement, now: datetime
) -> list[flags.Raised]:
    """Keep a statement at once. Its red flags go to staff before anything is sent, and are returned."""
    await put_back(db, actor, check_in, statement, now)
    if all(value is None for value in statement.answers.values()):
        return []
    occurrence = await history.occurrence(db, check_in, form, statement.answers, None)
    return await flags.raise_red(db, actor, occurrence, now)


async def put_back(db: AsyncSession, actor: Actor, check_in: CheckIn, statement: Statement, now: datetime) -> None:
    """Keep answers and raise nothing: staff know of those that come back from a response."""
    respondent, answered_at = statement.respondent, statement.at or now
    party = rules.party_of(respondent)
    for link_id, value in statement.answers.items():
        which = (Draft.check_in_id == check_in.id, Draft.party == party, Draft.link_id == link_id)
        draft = await db.scalar(select(Draft).where(*which)) or Draft(
            clinic_id=check_in.clinic_id, check_in_id=check_in.id, party=party, link_id=link_id
        )
        draft.value, draft.respondent, draft.answered_at = json.dumps(value), respondent, answered_at
        draft.as_before = False
        db.add(draft)
        await db.flush()
        audit.record(db, actor, "answer.kept", draft, now)


async def respondents(db: AsyncSession, check_in: CheckIn, form: Form | None = None) -> dict[str, str]:
    """Party → who spoke for it last, the patient's first. With `form`, by what was answered to public questions."""
    found = await db.scalars(select(Draft).where(Draft.check_in_id == check_in.id).order_by(Draft.answered_at))
    last = {d.party: d.respondent for d in found if form is None or is_public_item(form, d.link_id)}
    return {party: last[party] for party in rules.PARTIES if party in last}


async def goes_on_as(db: AsyncSession, actor: Actor, check_in: CheckIn, form: Form) -> str | None:
    """Who answers when this person opens a check-in again; None where that has to be asked.

    After a helper's hands a patient's phone asks: it can't tell who holds it now, and private answers are at stake.
    A caregiver's phone goes on in the same way whether or not the patient has answered private questions.
    """
    if actor.kind != "caregiver":
        return None if (await respondents(db, check_in)).get("patient") == "hands" else "self"
    began = await respondents(db, check_in, form)
    hands = began.get("patient") == "hands"
    if hands == ("helper" in began):
        return None  # nobody yet, or both: whose words these are is theirs to say
    return "hands" if hands else "helper"


async def held_by(db: AsyncSession, patient_id: str) -> str:
    """Who answered last on the patient's own phones, as far as we know; "self" where nobody has answered yet."""
    kept = select(Draft.answered_at, Draft.respondent).join(CheckIn, CheckIn.id == Draft.check_in_id)
    kept = kept.where(CheckIn.patient_id == patient_id).order_by(Draft.answered_at.desc(), Draft.respondent).limit(1)
    sent = select(Response.answered_at, Response.respondent).where(
        Response.patient_id == patient_id, Response.caregiver_id.is_(None), Response.undone_at.is_(None)
    )
    sent = sent.order_by(Response.answered_at.desc(), Response.respondent).limit(1)
    last = [row for query in (kept, sent) if (row := (await db.execute(query)).first()) is not None]
    return str(max(last, key=lambda row: (row[0], row[1] != "self"))[1]) if last else "self"


async def clear(db: AsyncSession, check_in: CheckIn) -> None:
    """Once a check-in is sent or closed, what was kept stands in its response."""
    await db.execute(delete(Draft).where(Draft.check_in_id == check_in.id))
