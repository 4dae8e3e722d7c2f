"""Submit a check-in once, from the form or a sealed entry; set its urgency; undo it; mark it opened."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, ActorKind
from server.checkins import rules
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import new_id
from server.flags import flow as review
from server.flags.rules import Severity, Urgency
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Answers, Value, answers_to_json
from server.questionnaires.definition import (
    Form,
    check_answers,
    is_public_item,
    private_questions,
    shown,
    still_asked,
    without_private_skips,
)
from server.questionnaires.models import Questionnaire
from server.questionnaires.respondents import Respondent, source_of
from server.reminders import flow as reminders_flow
from server.responses import conflicts, drafts, history
from server.responses.conflicts import Sent
from server.responses.drafts import Statement
from server.responses.models import Response, ResponseStatus
from server.responses.questions import same_as_last


@dataclass(frozen=True)
class Submission:
    client_id: str
    answers: Mapping[str, object]
    respondent: Respondent
    answered_at: datetime
    status: ResponseStatus = ResponseStatus.COMPLETED
    copied: tuple[str, ...] = ()
    phones_now: datetime | None = None  # the device's clock when it sends
    questionnaire: str = ""  # id of the version that was shown, if the device names it


@dataclass(frozen=True)
class Taken:
    """`again`: the same answers were sent before. `flagged`: the answers need staff."""

    response: Response
    again: bool = False
    flagged: bool = False


@dataclass(frozen=True)
class Conflict:
    """The check-in already has a response with other answers; both are kept."""

    response: Response


async def submit(
    db: AsyncSession, actor: Actor, check_in: CheckIn, submission: Submission, now: datetime
) -> Taken | Conflict | Refused:
    """Take a whole check-in once. The caller holds its row lock.

    Sending the same answers again gives the same receipt; other answers are kept as a conflicting version. Raises
    BadAnswer for an answer to a question that this form does not have or that was not asked, ValueError for the client
    id of another check-in.
    """
    if submission.client_id != check_in.client_id:
        return await _undone(db, check_in, submission)
    version = await version_answered(db, check_in, submission.questionnaire)
    form = await questionnaires.form_of(db, version)
    answers = check_answers(form, submission.answers, submission.respondent)
    held = await history.current_response(db, check_in.id)
    if held is not None:
        return await _again(db, actor, Sent(check_in, form, held), submission, answers, now)
    if check_in.state == CheckInState.CANCELLED:
        return Refused("called-off")
    answers = await _with_private(db, check_in, form, submission.respondent, answers)
    response = _response(actor, check_in, form, replace(submission, answers=answers, questionnaire=version), now)
    waits = _private_waits(check_in, form, submission, answers, now)
    if waits:
        response.status = ResponseStatus.IN_PROGRESS
    response.copied = await _as_before(db, actor, check_in, submission, answers)
    db.add(response)
    await db.flush()
    audit.record(db, actor, "response.received", response, now, status=response.status)
    check_in.state = _state_after(response.status, waits)
    await _raise_flags(db, actor, check_in, form, response, now)
    await conflicts.keep_other_respondents(db, actor, Sent(check_in, form, response), now)
    await drafts.clear(db, check_in)
    await _settle(db, actor, check_in, response, now)
    return Taken(response, flagged=await is_flagged(db, actor, response, submission.respondent))


def _private_waits(check_in: CheckIn, form: Form, submission: Submission, answers: Answers, now: datetime) -> bool:
    """Whether it stays open for the patient: "hands" sent it, and private questions were not asked."""
    unasked = [question for question in private_questions(form) if question.link_id not in answers]
    sent = submission.respondent == Respondent.HANDS and submission.status == ResponseStatus.COMPLETED
    return sent and bool(unasked) and now < check_in.closes_at


def _state_after(status: ResponseStatus, waits: bool) -> CheckInState:
    if waits:
        return CheckInState.WAITING
    return CheckInState.DONE if status == ResponseStatus.COMPLETED else CheckInState.PARTIAL


async def _raise_flags(
    db: AsyncSession, actor: Actor, check_in: CheckIn, form: Form, response: Response, now: datetime
) -> None:
    """Run the triggers on a new response, except for red answers that staff have handled since they were given."""
    kept = await drafts.kept(db, check_in, response.respondent)
    red = [flag for flag in await review.of_check_in(db, check_in.id) if flag.severity == Severity.URGENT]
    dealt_with = {flag.item for flag in red} - {flag.item for flag in red if flag.closed_at is None}
    answers = history.answers_of(response)
    old = {link_id: v for link_id, v in answers.items() if link_id in dealt_with and kept.get(link_id) == v}
    await review.raise_flags(db, actor, await history.news(db, check_in, form, old, answers, response), now)


async def _settle(db: AsyncSession, actor: Actor, check_in: CheckIn, response: Response, now: datetime) -> None:
    """Stop reminders. If private questions remain, remind the patient alone, and ask only those."""
    check_in.left_to_patient = check_in.state == CheckInState.WAITING
    if not check_in.left_to_patient:
        return await reminders_flow.settle(db, actor, check_in.id, now)
    await drafts.put_back(db, actor, check_in, Statement(response.respondent, history.answers_of(response)), now)
    await reminders_flow.leave_to_patient(db, actor, check_in.id, now)


async def _with_private(
    db: AsyncSession, check_in: CheckIn, form: Form, respondent: Respondent, answers: dict[str, Value]
) -> dict[str, Value]:
    """Add the private answers that the server has saved: a device in someone else's hands never has them to send."""
    if respondent != Respondent.HANDS:
        return answers
    private = await drafts.private(db, check_in, form)
    return still_asked(form, private | without_private_skips(form, answers, respondent), respondent)


async def _as_before(
    db: AsyncSession, actor: Actor, check_in: CheckIn, submission: Submission, answers: Answers
) -> list[str]:
    """Link ids of answers copied from last time, on the server's pages or offline."""
    kept = [k for k in await same_as_last.copied(db, check_in, submission.respondent) if k in answers]
    claimed = [k for k in submission.copied if k not in kept]
    return kept + await same_as_last.with_copies(db, actor, check_in, submission.respondent, answers, claimed)


async def _undone(db: AsyncSession, check_in: CheckIn, submission: Submission) -> Taken:
    """Return a receipt for a resent entry whose response was undone, so that the device deletes it."""
    held = await db.scalar(
        select(Response).where(Response.client_id == submission.client_id, Response.check_in_id == check_in.id)
    )
    if held is None:
        raise ValueError("the client id is another check-in's")
    return Taken(held, again=True)


async def _again(
    db: AsyncSession, actor: Actor, before: Sent, submission: Submission, answers: Answers, now: datetime
) -> Taken | Conflict:
    """Compare the decrypted answers: encrypting the same answers twice gives different ciphertexts.

    The reply to a device in someone else's hands must not depend on private answers, or that person could try answers
    until the reply is "again". So only visible answers are compared, and private ones are saved silently.
    """
    who, check_in, form, held = submission.respondent, before.check_in, before.form, before.response
    if _finishes(check_in, held, submission):
        await _keep_changed(db, actor, before, answers, now)
        return await _complete(db, actor, before, submission, answers, now)
    given = without_private_skips(form, answers, who)
    sent = history.answers_of(held)
    seen, said = shown(form, sent, who), shown(form, given, who)
    unseen = {link_id: value for link_id, value in sent.items() if link_id not in seen}
    private = {link_id: value for link_id, value in given.items() if link_id not in said}
    again = seen == said and (who == Respondent.SELF or source_of(held.respondent) == source_of(who))
    if not again and not _completes(held, submission, seen, said):
        await conflicts.keep_version(db, actor, before, Statement(who, given), now)
        return Conflict(held)
    more = {link_id: value for link_id, value in private.items() if link_id not in unseen}
    if not again or (more and check_in.state == CheckInState.WAITING):
        whole = still_asked(form, unseen | more | said, who)
        taken = await _complete(db, actor, before, submission, whole, now)
    else:
        taken = Taken(held, flagged=await is_flagged(db, actor, held, who))
    stands = history.answers_of(held)
    if otherwise := {link_id: value for link_id, value in private.items() if stands.get(link_id) != value}:
        await conflicts.keep_version(db, actor, before, Statement(who, otherwise), now)
    return replace(taken, again=again)


def _finishes(check_in: CheckIn, held: Response, submission: Submission) -> bool:
    """Whether this completes a response that others sent in part: the patient sends the rest, or its window ends."""
    same_party = source_of(held.respondent) == source_of(submission.respondent)
    by_patient = submission.respondent == Respondent.SELF or submission.status == ResponseStatus.IN_PROGRESS
    return check_in.state == CheckInState.WAITING and same_party and by_patient


async def _keep_changed(db: AsyncSession, actor: Actor, before: Sent, answers: Answers, now: datetime) -> None:
    """Keep the answers that others sent and the patient now changes as a conflicting version."""
    sent = history.answers_of(before.response)
    changed = {link_id: value for link_id, value in sent.items() if value is not None and answers.get(link_id) != value}
    if changed:
        await conflicts.keep_version(db, actor, before, Statement(before.response.respondent, changed), now)


def _completes(held: Response, submission: Submission, seen: Answers, said: Answers) -> bool:
    """Whether this contains the partial response and completes it: the rest waited on a device without a network.

    What "hands" sent counts as partial, whether or not the private questions were answered since.
    """
    part = {link_id: value for link_id, value in seen.items() if value is not None}
    others = submission.respondent != Respondent.SELF
    return (
        submission.status == ResponseStatus.COMPLETED
        and (held.status == ResponseStatus.IN_PROGRESS or (others and held.respondent == Respondent.HANDS))
        and source_of(held.respondent) == source_of(submission.respondent)
        and part.items() <= said.items()
    )


async def _complete(
    db: AsyncSession, actor: Actor, part: Sent, submission: Submission, answers: Answers, now: datetime
) -> Taken:
    """Complete a partial response. If the window's end completes it, respondent and time stay those of the sender."""
    check_in, form, held = part.check_in, part.form, part.response
    before, waits = history.answers_of(held), _private_waits(check_in, form, submission, answers, now)
    held.answers, held.status = answers_to_json(answers), ResponseStatus.IN_PROGRESS if waits else submission.status
    if submission.status == ResponseStatus.COMPLETED:
        held.answered_at = rules.on_our_clock(submission.answered_at, submission.phones_now, now)
        held.respondent = submission.respondent
    if before != dict(answers):
        held.opened_at, held.opened_by = None, None  # staff have opened only a part
    check_in.state = _state_after(held.status, waits)
    added = " ".join(sorted(answers.keys() - before.keys()))
    audit.record(db, actor, "response.completed", held, now, added=added)
    await conflicts.keep_other_respondents(db, actor, part, now)
    await drafts.clear(db, check_in)
    await review.raise_flags(db, actor, await history.news(db, check_in, form, before, answers, held), now)
    await _settle(db, actor, check_in, held, now)
    return Taken(held, flagged=await is_flagged(db, actor, held, submission.respondent))


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


def _response(actor: Actor, check_in: CheckIn, form: Form, submission: Submission, now: datetime) -> Response:
    """A new response from a submission whose answers and version were checked."""
    answered_at = rules.on_our_clock(submission.answered_at, submission.phones_now, now)
    return Response(
        clinic_id=check_in.clinic_id,
        client_id=submission.client_id,
        patient_id=check_in.patient_id,
        check_in_id=check_in.id,
        questionnaire_id=submission.questionnaire,
        slug=form.slug,
        status=submission.status,
        respondent=submission.respondent,
        caregiver_id=actor.id if actor.kind == ActorKind.CAREGIVER else None,
        device_id=None if actor.kind == ActorKind.STAFF else actor.device_id or None,
        entered_by=actor.id if actor.kind == ActorKind.STAFF else None,
        answers=json.dumps(dict(submission.answers)),
        answered_at=answered_at,
        claimed_at=None if answered_at == submission.answered_at else rules.showable(submission.answered_at),
        received_at=now,
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


async def version_answered(db: AsyncSession, check_in: CheckIn, said: str) -> str:
    """Id of the version that was answered (case 50).

    That is the version that the device names, if it is one of this questionnaire; else the check-in's own.
    """
    theirs = await db.get(Questionnaire, said) if said else None
    if theirs is None or theirs.clinic_id != check_in.clinic_id:
        return check_in.questionnaire_id
    ours = await db.get_one(Questionnaire, check_in.questionnaire_id)
    return theirs.id if theirs.slug == ours.slug else ours.id
