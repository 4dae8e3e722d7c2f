"""Staff correct an answer that they entered by phone. Both versions stay (case 115)."""

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.checkins.models import CheckIn
from server.db import Work, new_id
from server.flags import corrections as flag_corrections
from server.people.rules import Refused
from server.questionnaires.answers import Value, answers_to_json
from server.questionnaires.branching import asked
from server.questionnaires.definition import Definition
from server.questionnaires.question import BadAnswer
from server.responses import history
from server.responses.by_phone import WHOSE, unasked
from server.responses.models import ConflictingVersion, Response


def may_correct(response: Response) -> bool:
    """Whether staff entered this response and it still counts."""
    return response.entered_by is not None and response.undone_at is None


async def correct(
    work: Work, check_in: CheckIn, definition: Definition, earlier: Response, answers: Mapping[str, Value]
) -> Response | Refused:
    """Replace the earlier version by a new response to the same check-in. The caller has locked the check-in.

    The earlier version's evidence is withdrawn; flags that the new answers trigger are raised at once.
    Refused: "closed" if a colleague has corrected it, "same" if nothing differs. Raises BadAnswer for contradictions.
    """
    await work.db.refresh(earlier)
    if not may_correct(earlier):
        return Refused("closed")
    if strays := unasked(definition, answers):
        raise BadAnswer(strays[0].link_id, "not asked")
    given = {question.link_id: answers.get(question.link_id) for question in asked(definition, answers, WHOSE)}
    if given == history.answers_of(earlier):
        return Refused("same")
    earlier.undone_at = work.now
    corrected = Response(
        clinic_id=earlier.clinic_id,
        client_id=new_id(),
        patient_id=earlier.patient_id,
        check_in_id=earlier.check_in_id,
        questionnaire_id=earlier.questionnaire_id,
        slug=earlier.slug,
        status=earlier.status,
        respondent=earlier.respondent,
        entered_by=work.actor.id,
        answers=answers_to_json(given),
        answered_at=earlier.answered_at,
        received_at=work.now,
        corrects_id=earlier.id,
    )
    work.db.add(corrected)
    await work.db.flush()
    versions = update(ConflictingVersion).where(ConflictingVersion.response_id == earlier.id)
    await work.db.execute(versions.values(response_id=corrected.id))
    audit.record(work, "response.corrected", corrected, earlier=earlier.id)
    occurrence = await history.occurrence(work.db, check_in, definition, given, corrected)
    await flag_corrections.replace(work, occurrence, earlier.id)
    return corrected


async def versions_before(db: AsyncSession, response: Response) -> list[Response]:
    """The versions that this response replaces, newest first."""
    found: list[Response] = []
    while (earlier_id := (found[-1] if found else response).corrects_id) is not None:
        found.append(await db.get_one(Response, earlier_id))
    return found


async def newest_version(db: AsyncSession, response: Response) -> Response:
    """The version that counts in place of this response."""
    while (after := await version_after(db, response)) is not None:
        response = after
    return response


async def version_after(db: AsyncSession, response: Response) -> Response | None:
    """The version that replaces this response."""
    return await db.scalar(select(Response).where(Response.corrects_id == response.id))
