"""After a response was submitted: its flags, its urgency, undoing it, marking it opened."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, ActorKind
from server.checkins import rules
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import new_id
from server.flags import flow as review
from server.flags.rules import Severity, Urgency
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import (
    is_public_item,
)
from server.questionnaires.respondents import Respondent
from server.reminders import flow as reminders_flow
from server.responses import drafts, history
from server.responses.drafts import Statement
from server.responses.models import Response


async def is_flagged(db: AsyncSession, actor: Actor, response: Response, respondent: Respondent) -> bool:
    """Whether the answers need staff, as far as the person who holds the device may know."""
    form = await questionnaires.form_of(db, response.questionnaire_id)
    own = actor.kind != ActorKind.CAREGIVER and respondent == Respondent.SELF
    flags = [
        flag
        for flag in await review.of_check_in(db, response.check_in_id)
        if flag.severity in (Severity.URGENT, Severity.TODAY)
    ]
    return any(own or is_public_item(form, flag.item) for flag in flags)


async def asks_urgency(db: AsyncSession, actor: Actor, response: Response, now: datetime) -> bool:
    """Whether to ask how urgent a new response is. Another page or the service worker may have sent it."""
    fresh = response.urgency is None and now - response.received_at < rules.UNDO
    held_by = await drafts.held_by(db, response.patient_id)
    return fresh and await is_flagged(
        db, actor, response, response.respondent if held_by == Respondent.SELF else held_by
    )


async def set_urgency(db: AsyncSession, actor: Actor, response: Response, urgency: Urgency, now: datetime) -> None:
    """Store the patient's choice: "today" (call me today) or "wait" (it can wait)."""
    response.urgency = urgency
    audit.record(db, actor, "response.urgency", response, now, urgency=urgency)
    await review.note_urgency(db, actor, response.check_in_id, urgency, now)


async def undo(db: AsyncSession, actor: Actor, response: Response, now: datetime) -> bool:
    """Undo a response so that the patient can correct it; it and its flags stay. False once it is too late."""
    check_in = await db.get_one(CheckIn, response.check_in_id, with_for_update={"key_share": True})
    if response.undone_at is not None or not rules.may_undo(response.received_at, check_in.closes_at, now):
        return False
    response.undone_at = now
    check_in.state, check_in.client_id, check_in.left_to_patient = CheckInState.WAITING, new_id(), False
    audit.record(db, actor, "response.undone", response, now)
    await drafts.put_back(db, actor, check_in, Statement(response.respondent, history.answers_of(response)), now)
    await reminders_flow.leave_to_all(db, actor, check_in.id, now)
    return True


async def opened(db: AsyncSession, actor: Actor, response: Response, now: datetime) -> None:
    """Record that a staff member opened it. The patient sees the first one's name and time."""
    if response.opened_at is None:
        response.opened_at, response.opened_by = now, actor.id
    audit.record(db, actor, "response.opened", response, now)
