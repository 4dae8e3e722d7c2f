"""A check-in that is submitted again: the same answers, the rest of a partial response, or a conflict."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import ActorKind
from server.checkins import device_clock
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.flags import flow as flags
from server.questionnaires.answers import Answers, answers_to_json
from server.questionnaires.branching import still_asked
from server.questionnaires.private_questions import shown, without_private_skips
from server.questionnaires.respondents import Respondent
from server.responses import drafts, history
from server.responses.drafts import Statement
from server.responses.models import Response, ResponseStatus
from server.responses.submission import conflicts
from server.responses.submission.conflicts import Sent
from server.responses.submission.receipt import is_flagged
from server.responses.submission.submission import Conflict, Submission, Taken, private_waits, settle, state_after


async def undone_receipt(db: AsyncSession, check_in: CheckIn, submission: Submission) -> Taken:
    """Return a receipt for a resent entry whose response was undone, so that the device deletes it."""
    stored = await db.scalar(
        select(Response).where(Response.client_id == submission.client_id, Response.check_in_id == check_in.id)
    )
    if stored is None:
        raise ValueError("the client id is another check-in's")
    return Taken(stored, again=True)


async def resubmit(work: Work, before: Sent, submission: Submission, answers: Answers) -> Taken | Conflict:
    """Compare the decrypted answers: encrypting the same answers twice gives different ciphertexts.

    The reply to a device in someone else's hands must not depend on private answers, or that person could try answers
    until the reply is "again". So only visible answers are compared, and private ones are saved silently.
    """
    who, check_in, definition, stored = submission.respondent, before.check_in, before.definition, before.response
    if _finishes(check_in, stored, submission):
        await _keep_changed(work, before, answers)
        return await complete(work, before, submission, answers)
    given = without_private_skips(definition, answers, who)
    sent = history.answers_of(stored)
    seen, given_here = shown(definition, sent, who), shown(definition, given, who)
    unseen = {link_id: value for link_id, value in sent.items() if link_id not in seen}
    private = {link_id: value for link_id, value in given.items() if link_id not in given_here}
    again = seen == given_here and (who == Respondent.SELF or stored.author.may_be(submission.author))
    if not again and not _completes(stored, submission, seen, given_here):
        await conflicts.keep_version(work, before, _statement(work, submission, given))
        return Conflict(stored)
    more = {link_id: value for link_id, value in private.items() if link_id not in unseen}
    if not again or (more and check_in.state == CheckInState.WAITING):
        whole = still_asked(definition, unseen | more | given_here, who)
        taken = await complete(work, before, submission, whole)
    else:
        taken = Taken(stored, flagged=await is_flagged(work.db, work.actor, stored, who))
    stands = history.answers_of(stored)
    if otherwise := {link_id: value for link_id, value in private.items() if stands.get(link_id) != value}:
        await conflicts.keep_version(work, before, _statement(work, submission, otherwise))
    return replace(taken, again=again)


def _statement(work: Work, submission: Submission, answers: Answers) -> Statement:
    entered_by = work.actor.id if work.actor.kind == ActorKind.STAFF else None
    return Statement(submission.respondent, answers, entered_by=entered_by, caregiver_id=submission.caregiver_id)


def _finishes(check_in: CheckIn, stored: Response, submission: Submission) -> bool:
    """Whether this completes a response that others sent in part: the patient sends the rest, or its window ends."""
    same_author = stored.author.may_be(submission.author)
    by_patient = submission.respondent == Respondent.SELF or submission.status == ResponseStatus.IN_PROGRESS
    return check_in.state == CheckInState.WAITING and same_author and by_patient


async def _keep_changed(work: Work, before: Sent, answers: Answers) -> None:
    """Keep the answers that others sent and the patient now changes as a conflicting version."""
    sent = history.answers_of(before.response)
    changed = {link_id: value for link_id, value in sent.items() if value is not None and answers.get(link_id) != value}
    if changed:
        stated = drafts.statement_of(before.response)
        earlier = replace(stated, answers=changed, entered_by=before.response.entered_by)
        await conflicts.keep_version(work, before, earlier)


def _completes(stored: Response, submission: Submission, seen: Answers, given_here: Answers) -> bool:
    """Whether this contains the partial response and completes it: the rest waited on a device without a network.

    A response by "hands" counts as partial, whether or not the patient has answered the private questions since.
    """
    part = {link_id: value for link_id, value in seen.items() if value is not None}
    others = submission.respondent != Respondent.SELF
    return (
        submission.status == ResponseStatus.COMPLETED
        and (stored.status == ResponseStatus.IN_PROGRESS or (others and stored.respondent == Respondent.HANDS))
        and stored.author.may_be(submission.author)
        and part.items() <= given_here.items()
    )


async def complete(work: Work, part: Sent, submission: Submission, answers: Answers) -> Taken:
    """Complete a partial response. If the window's end completes it, respondent and time stay those of the sender."""
    check_in, definition, stored = part.check_in, part.definition, part.response
    before, waits = history.answers_of(stored), private_waits(check_in, definition, submission, answers, work.now)
    stored.answers, stored.status = answers_to_json(answers), ResponseStatus.IN_PROGRESS if waits else submission.status
    if submission.status == ResponseStatus.COMPLETED:
        stored.answered_at = device_clock.on_our_clock(submission.answered_at, submission.device_time, work.now)
        stored.respondent = submission.respondent
        stored.caregiver_id = submission.author.caregiver_id or stored.caregiver_id
    if before != dict(answers):
        stored.opened_at, stored.opened_by = None, None  # staff have opened only a part
    check_in.state = state_after(stored.status, waits)
    added = " ".join(sorted(answers.keys() - before.keys()))
    audit.record(work, "response.completed", stored, added=added)
    await conflicts.keep_drafts(work, part)
    await drafts.clear(work.db, check_in)
    await flags.raise_flags(work, await history.news(work.db, check_in, definition, before, answers, stored))
    await settle(work, check_in, stored)
    return Taken(stored, flagged=await is_flagged(work.db, work.actor, stored, submission.respondent))
