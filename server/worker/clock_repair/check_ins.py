"""Reopen check-ins that closed before their window ended because the clock was ahead.

They need no mark: a check-in that was closed by time, but whose window has not ended, was closed early.
"""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import ActorKind, system
from server.audit import AuditEvent
from server.checkins import flow, occasions
from server.checkins.models import CheckIn, Plan
from server.checkins.rules import CheckInState
from server.db import Work, new_id
from server.questionnaires.answers import answers_to_json
from server.responses import drafts, history
from server.responses.models import Response
from server.worker.clock_repair import reminders as reminder_repair
from server.worker.clock_repair.missing_answers import withdraw_unanswered

log = structlog.get_logger()
AT_ONCE = 1000


def closed_early(now: datetime) -> ColumnElement[bool]:
    """SQL: the tick closed it although its window has not ended.

    No check-in is created further ahead than AHEAD. That bound matters when the clock is behind: every check-in that
    ended since then would seem to have closed early.
    """
    return and_(
        CheckIn.state.in_((CheckInState.MISSED, CheckInState.PARTIAL)),
        CheckIn.closes_at > now,
        CheckIn.due_at <= now + occasions.AHEAD,
    )


async def reopen_all(db: AsyncSession, now: datetime) -> int:
    """Reopen recurring check-ins that closed early, soonest deadline first, and return how many.

    Those around a visit depend on the visit (worker/clock_repair/appointments.py).
    """
    found = await db.scalars(
        select(CheckIn)
        .join(Plan, Plan.id == CheckIn.plan_id)
        .where(closed_early(now), CheckIn.appointment_id.is_(None), Plan.ended_at.is_(None))
        .order_by(CheckIn.closes_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True, of=CheckIn)
    )
    return sum([await reopen(db, check_in, now) for check_in in list(found)])


async def reopen(db: AsyncSession, check_in: CheckIn, now: datetime) -> bool:
    """Reopen one; False on failure, which is logged and does not block the others."""
    check_in_id = check_in.id
    try:
        async with db.begin_nested():
            await _reopen(db, check_in, now)
    except Exception as error:
        log.exception("check-in.not-reopened", check_in=check_in_id, kind=type(error).__name__)
        await db.refresh(check_in)
        return False
    return True


async def _reopen(db: AsyncSession, check_in: CheckIn, now: datetime) -> None:
    actor = system(check_in.clinic_id)
    if check_in.state == CheckInState.PARTIAL:
        await _take_back_part(db, check_in, now)
    check_in.state = CheckInState.WAITING
    audit.record(Work(db, actor, now), "check-in.reopened", check_in)
    await withdraw_unanswered(Work(db, actor, now), check_in.id)
    await reminder_repair.release_missed(Work(db, actor, now), check_in.id)
    await flow.remind(db, check_in, await db.get_one(Plan, check_in.plan_id), now)


async def _take_back_part(db: AsyncSession, check_in: CheckIn, now: datetime) -> None:
    """Turn the answers that the early close submitted back into drafts. Answers that a person sent stay sent.

    A response that the close created is kept as undone. It gives up its client id, because the device may still send
    the whole check-in under that id.
    """
    response = await history.current_response(db, check_in.id)
    if response is None:
        return
    # The true time of each answer is lost. The earliest possible time lets any answer from a device count as newer.
    actor, at = system(check_in.clinic_id), min(check_in.due_at, now)
    answers = history.answers_of(response)
    if await _was_sent_by_a_person(db, response):
        added = await _added_by_the_close(db, response)
        response.answers = answers_to_json(
            {link_id: value for link_id, value in answers.items() if link_id not in added}
        )
    else:
        response.undone_at, response.client_id = now, new_id()
        audit.record(Work(db, actor, now), "response.undone", response)
    await db.flush()
    statement = replace(drafts.statement_of(response), answers=answers, at=at)
    await drafts.put_back(Work(db, actor, now), check_in, statement)


async def _was_sent_by_a_person(db: AsyncSession, response: Response) -> bool:
    received = select(AuditEvent.actor_kind).where(
        AuditEvent.subject_id == response.id, AuditEvent.verb == "response.received"
    )
    return await db.scalar(received) != ActorKind.SYSTEM


async def _added_by_the_close(db: AsyncSession, response: Response) -> set[str]:
    """Link ids of the unsent draft answers that the close added."""
    last = await db.scalar(
        select(AuditEvent)
        .where(AuditEvent.subject_id == response.id, AuditEvent.verb == "response.completed")
        .order_by(AuditEvent.at.desc())
        .limit(1)
    )
    return set(str(last.detail.get("added", "")).split()) if last and last.actor_kind == ActorKind.SYSTEM else set()
