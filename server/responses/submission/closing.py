"""Close check-ins at the end of their window: submit draft answers as a partial response, or mark them missed."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.checkins.models import CheckIn, Plan
from server.checkins.rules import CheckInState
from server.db import Work
from server.flags import flow as flags
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.branching import still_asked
from server.responses import drafts, history
from server.responses.models import ResponseStatus
from server.responses.submission import submit
from server.responses.submission.submission import Submission

log = structlog.get_logger()
AT_ONCE = 200


async def close_ended(db: AsyncSession, now: datetime) -> int:
    """Close ended check-ins and return how many. A failure on one is logged and does not block the others.

    A check-in whose row or patient somebody else has locked waits for the next tick.
    """
    ended = await db.scalars(
        select(CheckIn)
        .join(Patient, Patient.id == CheckIn.patient_id)
        .where(CheckIn.state == CheckInState.WAITING, CheckIn.closes_at <= now)
        .order_by(CheckIn.closes_at.desc())  # newest first, so that a check-in that keeps failing blocks no newer one
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True, of=[CheckIn, Patient])
    )
    return sum([await _close_safely(db, check_in, now) for check_in in list(ended)])


async def _close_safely(db: AsyncSession, check_in: CheckIn, now: datetime) -> bool:
    check_in_id = check_in.id
    try:
        async with db.begin_nested():
            await _close(db, check_in, now)
    except Exception as error:
        log.exception("check-in.not-closed", check_in=check_in_id, kind=type(error).__name__)
        await db.refresh(check_in)
        return False
    return True


async def submit_started(work: Work, plan: Plan) -> None:
    """Submit the answers so far to the plan's open check-ins, before the plan ends (case 156).

    The caller has locked the patient.
    """
    await work.db.refresh(plan, with_for_update={"key_share": True})
    open_now = select(CheckIn).where(CheckIn.plan_id == plan.id, CheckIn.state == CheckInState.WAITING)
    for check_in in list(await work.db.scalars(open_now.with_for_update(key_share=True))):
        await _submit_draft(work.db, check_in, work.now)


async def _close(db: AsyncSession, check_in: CheckIn, now: datetime) -> None:
    """Submit the draft; without answers, mark the check-in missed."""
    if await _submit_draft(db, check_in, now):
        return
    check_in.state = CheckInState.MISSED
    await drafts.clear(db, check_in)
    audit.record(Work(db, system(check_in.clinic_id), now), "check-in.missed", check_in)
    if (await db.get_one(Patient, check_in.patient_id)).paused_at is None:  # in a pause, silence means nothing
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        occurrence = await history.unanswered_occurrence(db, check_in, definition)
        await flags.raise_flags(Work(db, system(check_in.clinic_id), now), occurrence)


async def _submit_draft(db: AsyncSession, check_in: CheckIn, now: datetime) -> bool:
    """Submit the patient's draft if it has answers, else the first caregiver's; False if there are none.

    The drafts of other caregivers are kept beside it.
    """
    definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
    for author, respondent in (await drafts.authors(db, check_in)).items():
        answers = still_asked(definition, await drafts.kept(db, check_in, author, with_copies=False), respondent)
        if any(value is not None for value in answers.values()):
            submission = Submission(
                check_in.client_id,
                answers,
                respondent,
                now,
                status=ResponseStatus.IN_PROGRESS,
                caregiver_id=author.caregiver_id,
            )
            await submit.submit(Work(db, system(check_in.clinic_id), now), check_in, submission)
            return True
    return False
