"""Patients with overdue answers: since when, and whom to call about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.audit import AuditEvent
from server.checkins.lateness import OWED, Lateness, lateness_of
from server.checkins.models import CheckIn, Plan
from server.checkins.rules import CheckInState, Rhythm
from server.db import Work
from server.people import calls
from server.people.models import Patient
from server.responses import lookup
from server.responses.models import Response

BACK = timedelta(days=90)  # look back no further: a longer silence changes nothing


@dataclass(frozen=True)
class LatePatient:
    """The patient's most overdue plan; `check_in_id` is its newest unanswered check-in."""

    patient_id: str
    slug: str
    check_in_id: str
    lateness: Lateness


@dataclass(frozen=True)
class _Occasion:
    plan_id: str
    patient_id: str
    slug: str
    rhythm: Rhythm
    check_in_id: str
    due_at: datetime


async def unanswered(work: Work) -> list[LatePatient]:
    """One row per patient with an overdue answer: those to call first, then the longest wait. No paused patients."""
    by_plan: dict[str, list[_Occasion]] = {}
    for occasion in await _occasions(work):
        by_plan.setdefault(occasion.plan_id, []).append(occasion)
    if not by_plan:
        return []
    ids = {occasions[0].patient_id for occasions in by_plan.values()}
    called = {patient_id: call.at for patient_id, call in (await calls.settling_calls(work.db, ids, work.now)).items()}
    resumed = await _resumed(work.db, ids)
    found: dict[str, LatePatient] = {}
    for occasions in by_plan.values():
        late = _late(occasions, called, resumed, work.now)
        other = found.get(late.patient_id) if late else None
        if late is not None and (other is None or _order(late) < _order(other)):
            found[late.patient_id] = late
    return sorted(found.values(), key=_order)


def _late(
    occasions: list[_Occasion], called: dict[str, datetime], resumed: dict[str, datetime], now: datetime
) -> LatePatient | None:
    newest = occasions[-1]
    dues = [occasion.due_at for occasion in occasions]
    whose = newest.patient_id
    lateness = lateness_of(newest.rhythm, dues, now, called.get(whose), resumed.get(whose))
    return LatePatient(whose, newest.slug, newest.check_in_id, lateness) if lateness else None


def _order(late: LatePatient) -> tuple[bool, datetime]:
    return not late.lateness.to_call, late.lateness.since


async def _occasions(work: Work) -> list[_Occasion]:
    """Unanswered check-ins since the last answer of each active plan that is expected to be answered, oldest first."""
    later = aliased(CheckIn)
    answered_since = exists().where(
        later.plan_id == CheckIn.plan_id,
        later.appointment_id.is_(None) | (Plan.rhythm == Rhythm.AFTER),
        later.state.in_((CheckInState.DONE, CheckInState.PARTIAL)) | lookup.was_sent(later.id),
        later.due_at > CheckIn.due_at,
    )
    found = await work.db.execute(
        select(CheckIn.plan_id, CheckIn.patient_id, Plan.slug, Plan.rhythm, CheckIn.id, CheckIn.due_at)
        .join(Plan, Plan.id == CheckIn.plan_id)
        .join(Patient, Patient.id == CheckIn.patient_id)
        .where(
            CheckIn.clinic_id == work.actor.clinic_id,
            CheckIn.state.in_((CheckInState.WAITING, CheckInState.MISSED)),
            ~lookup.was_sent(CheckIn.id),
            CheckIn.due_at <= work.now,
            CheckIn.due_at > work.now - BACK,
            Plan.rhythm.in_(OWED),
            Plan.ended_at.is_(None),
            Patient.paused_at.is_(None),
            ~answered_since,
        )
        .order_by(CheckIn.due_at)
    )
    return [_Occasion(*row) for row in found.all()]


async def _resumed(db: AsyncSession, patient_ids: Collection[str]) -> dict[str, datetime]:
    """When the last pause of each of these patients ended."""
    query = select(AuditEvent.subject_id, func.max(AuditEvent.at))
    query = query.where(AuditEvent.subject_id.in_(patient_ids), AuditEvent.verb == "patient.resumed")
    found = await db.execute(query.group_by(AuditEvent.subject_id))
    return {patient_id: at for patient_id, at in found.all()}


async def last_answers(db: AsyncSession, patient_ids: Collection[str]) -> dict[str, datetime]:
    """When each of these patients last answered a check-in."""
    found = await db.execute(
        select(Response.patient_id, func.max(Response.answered_at))
        .where(Response.patient_id.in_(patient_ids), Response.undone_at.is_(None))
        .group_by(Response.patient_id)
    )
    return {patient_id: at for patient_id, at in found.all()}
