"""Phone calls to patients: record one, find the latest."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.db import Work
from server.people import rules
from server.people.models import Patient, PhoneCall
from server.people.rules import CallOutcome


async def log_call(work: Work, patient: Patient, outcome: CallOutcome, note: str) -> None:
    """Record the outcome of a call."""
    call = PhoneCall(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        staff_id=work.actor.id,
        outcome=outcome,
        note=note or None,
        at=work.now,
    )
    work.db.add(call)
    audit.record(work, "call.logged", call, outcome=outcome)
    await work.db.flush()


async def of_patient(db: AsyncSession, patient_id: str, limit: int | None = 20) -> list[PhoneCall]:
    """The patient's calls, newest first; `limit` None: all."""
    found = select(PhoneCall).where(PhoneCall.patient_id == patient_id).order_by(PhoneCall.at.desc(), PhoneCall.id)
    return list(await db.scalars(found.limit(limit)))


async def last_calls(db: AsyncSession, patient_ids: Collection[str]) -> dict[str, PhoneCall]:
    """Patient id → the newest call, for those of these patients who have one."""
    return await _newest(db, PhoneCall.patient_id.in_(patient_ids))


async def settling_calls(db: AsyncSession, patient_ids: Collection[str], now: datetime) -> dict[str, PhoneCall]:
    """Patient id → the newest call that still counts. A call that nobody answered counts until the next day."""
    counts = (PhoneCall.outcome != CallOutcome.NO_ANSWER) | (PhoneCall.at > now - rules.CALL_AGAIN)
    return await _newest(db, PhoneCall.patient_id.in_(patient_ids), counts)


async def last_reached(db: AsyncSession, patient_ids: Collection[str]) -> dict[str, datetime]:
    """Patient id → when staff last reached the patient, or the person to call, by phone."""
    found = await _newest(db, PhoneCall.patient_id.in_(patient_ids), PhoneCall.outcome == CallOutcome.REACHED)
    return {patient_id: call.at for patient_id, call in found.items()}


async def _newest(db: AsyncSession, *which: ColumnElement[bool]) -> dict[str, PhoneCall]:
    newest = (
        select(PhoneCall.patient_id, func.max(PhoneCall.at).label("at"))
        .where(*which)
        .group_by(PhoneCall.patient_id)
        .subquery()
    )
    found = await db.scalars(
        select(PhoneCall).join(newest, (newest.c.patient_id == PhoneCall.patient_id) & (newest.c.at == PhoneCall.at))
    )
    return {call.patient_id: call for call in found}
