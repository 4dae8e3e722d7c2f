"""Submit a check-in once, from the form or a sealed entry; set its urgency; undo it; mark it opened."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, ActorKind
from server.checkins import device_clock
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.flags import flow as flags
from server.flags import lists
from server.flags.rules import Severity
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Answers, Value, answers_to_json
from server.questionnaires.branching import check_answers, still_asked
from server.questionnaires.definition import Definition
from server.questionnaires.models import Questionnaire
from server.questionnaires.private_questions import without_private_skips
from server.questionnaires.respondents import Respondent
from server.responses import drafts, history
from server.responses.models import Response, ResponseStatus
from server.responses.questions import same_as_last
from server.responses.submission import conflicts
from server.responses.submission.conflicts import Sent
from server.responses.submission.receipt import is_flagged
from server.responses.submission.resubmission import resubmit, undone_receipt
from server.responses.submission.submission import Conflict, Submission, Taken, private_waits, settle, state_after


async def submit(work: Work, check_in: CheckIn, submission: Submission) -> Taken | Conflict | Refused:
    """Take a whole check-in once. The caller holds its row lock.

    Sending the same answers again gives the same receipt; other answers are kept as a conflicting version. Raises
    BadAnswer for an answer to a question that this form does not have or that was not asked, ValueError for the client
    id of another check-in.
    """
    submission = replace(submission, caregiver_id=submission.caregiver_id or work.actor.caregiver_id)
    if submission.client_id != check_in.client_id:
        return await undone_receipt(work.db, check_in, submission)
    version = await version_answered(work.db, check_in, submission.questionnaire)
    definition = await questionnaires.definition_of(work.db, version)
    answers = check_answers(definition, submission.answers, submission.respondent)
    stored = await history.current_response(work.db, check_in.id)
    if stored is not None:
        return await resubmit(work, Sent(check_in, definition, stored), submission, answers)
    if check_in.state == CheckInState.CANCELLED:
        return Refused("called-off")
    answers = await _with_private(work.db, check_in, definition, submission.respondent, answers)
    response = _response(work, check_in, definition, replace(submission, questionnaire=version), answers)
    waits = private_waits(check_in, definition, submission, answers, work.now)
    if waits:
        response.status = ResponseStatus.IN_PROGRESS
    response.copied = await _copied(work.db, work.actor, check_in, submission, answers)
    work.db.add(response)
    await work.db.flush()
    audit.record(work, "response.received", response, status=response.status)
    check_in.state = state_after(response.status, waits)
    await _raise_flags(work, check_in, definition, response)
    await conflicts.keep_drafts(work, Sent(check_in, definition, response))
    await drafts.clear(work.db, check_in)
    await settle(work, check_in, response)
    return Taken(response, flagged=await is_flagged(work.db, work.actor, response, submission.respondent))


async def _raise_flags(work: Work, check_in: CheckIn, definition: Definition, response: Response) -> None:
    """Run the triggers on a new response, except for urgent answers that staff have handled since they were given."""
    kept = await drafts.kept(work.db, check_in, response.author)
    red = [flag for flag in await lists.of_check_in(work.db, check_in.id) if flag.severity == Severity.URGENT]
    dealt_with = {flag.item for flag in red} - {flag.item for flag in red if flag.closed_at is None}
    answers = history.answers_of(response)
    old = {link_id: v for link_id, v in answers.items() if link_id in dealt_with and kept.get(link_id) == v}
    await flags.raise_flags(work, await history.news(work.db, check_in, definition, old, answers, response))


async def _with_private(
    db: AsyncSession, check_in: CheckIn, definition: Definition, respondent: Respondent, answers: dict[str, Value]
) -> dict[str, Value]:
    """Add the private answers that the server has saved: a device in someone else's hands never has them to send."""
    if respondent != Respondent.HANDS:
        return answers
    private = await drafts.private(db, check_in, definition)
    return still_asked(definition, private | without_private_skips(definition, answers, respondent), respondent)


async def _copied(
    db: AsyncSession, actor: Actor, check_in: CheckIn, submission: Submission, answers: Answers
) -> list[str]:
    """Link ids of answers copied from last time, on the server's pages or offline."""
    kept = [k for k in await same_as_last.copied(db, check_in, submission.author) if k in answers]
    claimed = [k for k in submission.copied if k not in kept]
    return kept + await same_as_last.with_copies(db, actor, check_in, submission.respondent, answers, claimed)


def _response(
    work: Work, check_in: CheckIn, definition: Definition, submission: Submission, answers: Answers
) -> Response:
    """A new response. The version of the submission was checked; `answers` include the saved private ones."""
    actor = work.actor
    answered_at = device_clock.on_our_clock(submission.answered_at, submission.device_time, work.now)
    return Response(
        clinic_id=check_in.clinic_id,
        client_id=submission.client_id,
        patient_id=check_in.patient_id,
        check_in_id=check_in.id,
        questionnaire_id=submission.questionnaire,
        slug=definition.slug,
        status=submission.status,
        respondent=submission.respondent,
        caregiver_id=submission.caregiver_id,
        device_id=None if actor.kind == ActorKind.STAFF else actor.device_id or None,
        entered_by=actor.id if actor.kind == ActorKind.STAFF else None,
        answers=answers_to_json(answers),
        answered_at=answered_at,
        claimed_at=None if answered_at == submission.answered_at else device_clock.showable(submission.answered_at),
        received_at=work.now,
    )


async def version_answered(db: AsyncSession, check_in: CheckIn, version_shown: str) -> str:
    """Id of the version that was answered (case 50).

    It is the version that the device names, if it belongs to this questionnaire; else the check-in's own.
    """
    theirs = await db.get(Questionnaire, version_shown) if version_shown else None
    if theirs is None or theirs.clinic_id != check_in.clinic_id:
        return check_in.questionnaire_id
    ours = await db.get_one(Questionnaire, check_in.questionnaire_id)
    return theirs.id if theirs.slug == ours.slug else ours.id
