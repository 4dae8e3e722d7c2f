"""Find the check-ins that this person may see or answer."""

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from server.actor import Actor, ActorKind
from server.checkins import rules
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.responses.models import Response


async def find(db: AsyncSession, actor: Actor, check_in_id: str) -> CheckIn | None:
    found: CheckIn | None = await db.scalar(_theirs(actor, check_in_id))
    return found


async def lock(db: AsyncSession, actor: Actor, check_in_id: str) -> CheckIn | None:
    """Like `find`, but lock the row until the transaction ends, and the patient's before it.

    A concurrent request waits and then sees our changes (case 41). All who lock both take the patient first: a
    submission locks the patient for its flags, and an end of care ends the patient's check-ins.
    """
    patient_id = _theirs(actor, check_in_id).with_only_columns(CheckIn.patient_id).scalar_subquery()
    await db.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))
    check_in: CheckIn | None = await db.scalar(_theirs(actor, check_in_id).with_for_update(key_share=True))
    return check_in


def _theirs(actor: Actor, check_in_id: str) -> Select[CheckIn]:
    """Check-ins of this patient, for the patient and caregivers; of the whole clinic, for staff."""
    found = select(CheckIn).where(CheckIn.id == check_in_id, CheckIn.clinic_id == actor.clinic_id)
    return found if actor.kind == ActorKind.STAFF else found.where(CheckIn.patient_id == actor.patient_id)


async def may_answer(work: Work, check_in: CheckIn) -> bool:
    """Whether this person can still answer the check-in.

    A caregiver can't once a response was sent, even if its private questions remain.
    """
    if not rules.is_open(check_in.state, check_in.due_at, check_in.closes_at, work.now):
        return False
    return work.actor.kind != ActorKind.CAREGIVER or not await work.db.scalar(
        select(was_sent(CheckIn.id)).where(CheckIn.id == check_in.id)
    )


async def open_now(work: Work) -> list[CheckIn]:
    """Open check-ins of this patient, soonest deadline first.

    After a caregiver's device has sent one, it stays open for the patient alone, for its private questions.
    """
    query = select(CheckIn).where(
        CheckIn.patient_id == work.actor.patient_id,
        CheckIn.state == CheckInState.WAITING,
        CheckIn.due_at <= work.now,
        CheckIn.closes_at > work.now,
    )
    if work.actor.kind == ActorKind.CAREGIVER:
        query = query.where(~was_sent(CheckIn.id))
    return [
        check_in
        for check_in in list(await work.db.scalars(query.order_by(CheckIn.closes_at)))
        if await may_be_asked(work.db, check_in)
    ]


async def may_be_asked(db: AsyncSession, check_in: CheckIn) -> bool:
    """Whether Interlude can still ask the published questionnaire (case 111)."""
    return not (await questionnaires.definition_of(db, check_in.questionnaire_id)).refused_because


def was_sent(check_in_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """SQL: whether a response was sent and not undone, even one without the private questions."""
    return exists().where(Response.check_in_id == check_in_id, Response.undone_at.is_(None))
