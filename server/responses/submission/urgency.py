"""Ask how urgent the patient finds answers that need staff; the patient can change the choice at any time."""

from datetime import datetime

from server import audit
from server.checkins import rules
from server.db import Work
from server.flags import flow as flags
from server.flags.rules import Urgency
from server.questionnaires.respondents import Respondent
from server.responses import drafts, history
from server.responses.models import Response
from server.responses.submission.receipt import is_flagged


async def asks(work: Work, response: Response) -> bool:
    """Whether to ask how urgent a new response is. Another page or the service worker may have sent it."""
    fresh = response.urgency is None and work.now - response.received_at < rules.UNDO
    last_respondent = await drafts.last_respondent(work.db, response.patient_id)
    return fresh and await is_flagged(
        work.db, work.actor, response, response.respondent if last_respondent == Respondent.SELF else last_respondent
    )


async def choose(work: Work, check_in_id: str, urgency: Urgency, at: datetime) -> None:
    """Store the choice of `at` on the response and the open flags, unless a newer choice is stored (case 141).

    A choice may come before its response: a device sends a red answer at once.
    """
    response = await history.current_response(work.db, check_in_id)
    if response is not None:
        if response.urgency_at is not None and response.urgency_at > at:
            return
        response.urgency, response.urgency_at = urgency, at
        audit.record(work, "response.urgency", response, urgency=urgency)
    await flags.note_urgency(work, check_in_id, urgency, at)
