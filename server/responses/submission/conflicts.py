"""Conflicting versions of a sent check-in: kept beside the response for staff, and checked by the same triggers."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import ActorKind
from server.checkins.models import CheckIn
from server.db import Work
from server.flags import flow as flags
from server.questionnaires.answers import Answers, Value, answers_from_json, answers_to_json
from server.questionnaires.branching import still_asked
from server.questionnaires.definition import Definition
from server.questionnaires.respondents import source_of
from server.responses import drafts, history
from server.responses.drafts import Statement
from server.responses.models import ConflictingVersion, Response


@dataclass(frozen=True)
class Sent:
    """A response, with the check-in and the questionnaire that it answers."""

    check_in: CheckIn
    definition: Definition
    response: Response


async def keep_drafts(work: Work, sent: Sent) -> None:
    """Keep the draft answers that this response lacks or contradicts, as a conflicting version of each author.

    They come from other people, or from the sender's other phone or tab after this one had shown the answers (case 89).
    """
    for author, respondent in (await drafts.authors(work.db, sent.check_in)).items():
        kept = await drafts.kept(work.db, sent.check_in, author, with_copies=False)
        answers = still_asked(sent.definition, kept, respondent)
        if author == sent.response.author:
            if work.actor.kind == ActorKind.STAFF:  # their form has shown these answers
                continue
            answers = _not_sent(answers, history.answers_of(sent.response))
        if any(value is not None for value in answers.values()):
            await keep_version(work, sent, Statement(respondent, answers, caregiver_id=author.caregiver_id))


def _not_sent(kept: Answers, sent: Answers) -> dict[str, Value]:
    return {link_id: value for link_id, value in kept.items() if value is not None and sent.get(link_id) != value}


async def keep_late(work: Work, check_in: CheckIn, definition: Definition, statement: Statement) -> bool:
    """Keep answers that arrive after a response was sent, if they differ from it. Returns whether they do."""
    stored = await history.current_response(work.db, check_in.id)
    earlier = answers_from_json(stored.answers) if stored else {}
    new = {link_id: value for link_id, value in statement.answers.items() if earlier.get(link_id) != value}
    if stored is not None and new:
        await keep_version(work, Sent(check_in, definition, stored), replace(statement, answers=new))
    return bool(new)


async def keep_version(work: Work, sent: Sent, statement: Statement) -> None:
    """Store a conflicting version and run the triggers on it.

    Each author has one version unless its answers contradict each other, however many entries bring them; what a staff
    member entered stays apart. Resending the same answers adds nothing.
    """
    stored, respondent, answers = sent.response, statement.respondent, statement.answers
    version = await _version_of(work.db, stored, statement)
    earlier = answers_from_json(version.answers) if version else {}
    if version is not None and earlier.items() >= answers.items():
        return
    already_checked = (history.answers_of(stored) if stored.author == statement.author else {}) | earlier
    if version is None:
        version = ConflictingVersion(
            clinic_id=stored.clinic_id,
            response_id=stored.id,
            client_id=stored.client_id,
            respondent=respondent,
            caregiver_id=statement.author.caregiver_id,
            entered_by=statement.entered_by,
        )
        work.db.add(version)
    version.answers, version.received_at = answers_to_json(earlier | dict(answers)), work.now
    await work.db.flush()
    audit.record(work, "response.conflict-kept", version)
    occurrence = await history.news(work.db, sent.check_in, sent.definition, already_checked, answers, stored)
    await flags.raise_flags(
        work, replace(occurrence, unanswered=(), source=source_of(respondent), conflict_id=version.id)
    )


async def _version_of(db: AsyncSession, stored: Response, statement: Statement) -> ConflictingVersion | None:
    """The same author's version that contradicts none of these answers, or None."""
    whose = statement.author, statement.entered_by
    for version in await db.scalars(select(ConflictingVersion).where(ConflictingVersion.response_id == stored.id)):
        earlier = answers_from_json(version.answers)
        agrees = all(earlier[link_id] == value for link_id, value in statement.answers.items() if link_id in earlier)
        if (version.author, version.entered_by) == whose and agrees:
            return version
    return None
