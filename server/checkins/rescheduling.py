"""Upcoming check-ins keep their wall time when a patient changes zone or a country changes its clocks."""

from dataclasses import dataclass
from datetime import date, datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.checkins import flow, occasions, plans
from server.checkins.models import CheckIn, Plan
from server.checkins.occasions import Occasion
from server.checkins.rules import CheckInState
from server.db import Work
from server.people.models import Patient

log = structlog.get_logger()


@dataclass(frozen=True)
class Move:
    """A check-in that gets a new time."""

    check_in: CheckIn
    plan: Plan
    occasion: Occasion


async def recalculate(db: AsyncSession, now: datetime, patient_id: str | None = None) -> int:
    """Recompute recurring check-ins from their day and the plan's time, in the patient's zone; returns how many."""
    coming = (
        select(CheckIn, Plan, Patient)
        .join(Plan, Plan.id == CheckIn.plan_id)
        .join(Patient, Patient.id == CheckIn.patient_id)
        .where(CheckIn.state == CheckInState.WAITING, CheckIn.due_at > now, CheckIn.day.is_not(None))
    )
    rows = await db.execute(coming.where(CheckIn.patient_id == patient_id) if patient_id else coming)
    by_plan: dict[str, list[Move]] = {}
    for check_in, plan, patient in rows.all():
        occasion = occasions.occasion_on(plans.timing_of(plan), date.fromisoformat(check_in.day or ""), patient.zone)
        if occasion != Occasion(check_in.due_at, check_in.closes_at):
            by_plan.setdefault(plan.id, []).append(Move(check_in, plan, occasion))
    return sum([await _move_safely(db, moves, now) for moves in by_plan.values()])


async def _move_safely(db: AsyncSession, moves: list[Move], now: datetime) -> int:
    """Move the check-ins of one plan; returns how many. A failure is logged and does not block other plans."""
    plan_id = moves[0].plan.id
    try:
        async with db.begin_nested():
            return await _move(db, moves, now)
    except Exception as error:
        log.exception("check-ins.not-recalculated", plan=plan_id, kind=type(error).__name__)
        return 0


async def _move(db: AsyncSession, moves: list[Move], now: datetime) -> int:
    """Move each check-in once no other of the plan has its new time: a shift by a day makes a chain (case 157).

    If a check-in that is over has the new time, this one asks for the same occasion again, so we cancel it.
    """
    others = select(CheckIn.due_at).where(
        CheckIn.plan_id == moves[0].plan.id,
        CheckIn.appointment_id.is_(None),
        CheckIn.id.not_in([move.check_in.id for move in moves]),
    )
    taken, waiting = set(await db.scalars(others)), list(moves)
    while waiting:
        old_times = {move.check_in.due_at for move in waiting}
        free = next(m for m in waiting if m.occasion.due_at not in old_times - {m.check_in.due_at})
        waiting.remove(free)
        if free.occasion.due_at in taken:
            work = Work(db, system(free.check_in.clinic_id), now)
            await flow.cancel_check_in(work, free.check_in, "replanned")
            taken.add(free.check_in.due_at)
        else:
            await _put(db, free.check_in, free.plan, free.occasion, now)
            taken.add(free.occasion.due_at)
    return len(moves)


async def recalculate_tied(db: AsyncSession, appointment_id: str, starts: datetime, zone: str, now: datetime) -> int:
    """Recompute the check-ins of an appointment that starts at wall time `starts` in `zone`; returns how many moved."""
    rows = await db.execute(
        select(CheckIn, Plan, Patient)
        .join(Plan, Plan.id == CheckIn.plan_id)
        .join(Patient, Patient.id == CheckIn.patient_id)
        .where(CheckIn.state == CheckInState.WAITING, CheckIn.due_at > now, CheckIn.appointment_id == appointment_id)
    )
    moved = 0
    for check_in, plan, patient in rows.all():
        occasion = occasions.around_appointment(plans.timing_of(plan), starts, zone, patient.zone, now)
        moved += await _put(db, check_in, plan, occasion, now)
    return moved


async def _put(db: AsyncSession, check_in: CheckIn, plan: Plan, occasion: Occasion | None, now: datetime) -> bool:
    if occasion is None or occasion == Occasion(check_in.due_at, check_in.closes_at):
        return False
    check_in.due_at, check_in.closes_at = occasion.due_at, occasion.closes_at
    audit.record(Work(db, system(check_in.clinic_id), now), "check-in.recalculated", check_in)
    await db.flush()
    await flow.remind(db, check_in, plan, now)
    return True
