"""After a response was submitted: its flags, undoing it, marking it opened."""

from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, ActorKind
from server.checkins import rules
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work, new_id
from server.flags import lists
from server.flags.rules import Severity
from server.questionnaires import flow as questionnaires
from server.questionnaires.private_questions import is_public_item
from server.questionnaires.respondents import Respondent
from server.reminders import settlement
from server.responses import drafts
from server.responses.models import Response


async def is_flagged(db: AsyncSession, actor: Actor, response: Response, respondent: Respondent) -> bool:
    """Whether the answers need staff, as far as the person who holds the device may know."""
    definition = await questionnaires.definition_of(db, response.questionnaire_id)
    own = actor.kind != ActorKind.CAREGIVER and respondent == Respondent.SELF
    flags = [
        flag
        for flag in await lists.of_check_in(db, response.check_in_id)
        if flag.severity in (Severity.URGENT, Severity.TODAY)
    ]
    return any(own or is_public_item(definition, flag.item) for flag in flags)


async def undo(work: Work, response: Response) -> bool:
    """Undo a response so that the patient can correct it; it and its flags stay. False once it is too late."""
    check_in = await work.db.get_one(CheckIn, response.check_in_id, with_for_update={"key_share": True})
    if response.undone_at is not None or not rules.may_undo(response.received_at, check_in.closes_at, work.now):
        return False
    response.undone_at = work.now
    check_in.state, check_in.client_id, check_in.left_to_patient = CheckInState.WAITING, new_id(), False
    audit.record(work, "response.undone", response)
    await drafts.put_back(work, check_in, drafts.statement_of(response))
    await settlement.leave_to_all(work, check_in.id)
    return True


async def opened(work: Work, response: Response) -> None:
    """Record that a staff member opened it. The patient sees the first one's name and time."""
    if response.opened_at is None:
        response.opened_at, response.opened_by = work.now, work.actor.id
    audit.record(work, "response.opened", response)
