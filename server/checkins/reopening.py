"""Check-ins that a clock which was ahead closed before their window ended: open again once the clock is right.

No mark is needed to find them: a check-in that was closed by time has a window that is over.
"""

from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.checkins import drafts, flow, past, rules
from server.checkins.models import CheckIn, Plan
from server.db import new_id
from server.reminders import hastening
from server.review import flow as review

log = structlog.get_logger()
AT_ONCE = 1000


def closed_early(now: datetime) -> ColumnElement[bool]:
    """Closed by time, though the window has not ended.

    Nothing is due later than check-ins are laid out. The bound matters where the clock is behind instead: then all
    that has ended since seems to have ended early.
    """
    return and_(CheckIn.state.in_(("missed", "partial")), CheckIn.closes_at > now, CheckIn.due_at <= now + rules.AHEAD)


async def reopen_all(db: AsyncSession, now: datetime) -> int:
    """Reopen the recurring check-ins that were closed early, soonest deadline first; how many were.

    Those around a visit depend on the visit (appointments/restoring.py).
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
    """One that can't be reopened is logged and keeps no other closed."""
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
    if check_in.state == "partial":
        await _take_back_part(db, check_in, now)
    check_in.state = "waiting"
    audit.record(db, actor, "check-in.reopened", check_in, now)
    await review.withdraw_unanswered(db, actor, check_in.id, now)
    await hastening.release_missed(db, actor, check_in.id, now)
    await flow.remind(db, check_in, await db.get_one(Plan, check_in.plan_id), now)


async def _take_back_part(db: AsyncSession, check_in: CheckIn, now: datetime) -> None:
    """What had been answered is kept as it was before the early close; the response stays on record as undone.

    The response gives up its client id: the phone may still send the whole check-in under it.
    """
    response = await past.standing(db, check_in.id)
    if response is None:
        return
    response.undone_at, response.client_id = now, new_id()
    await db.flush()
    audit.record(db, system(check_in.clinic_id), "response.undone", response, now)
    form = await flow.form_of(db, response.questionnaire_id)
    for link_id, value in past.answers_of(response).items():
        # Its true time is no longer known. The earliest that can be lets any answer of a phone count as newer.
        at = min(check_in.due_at, now)
        actor = system(check_in.clinic_id)
        await drafts.keep(db, actor, check_in, form, link_id, value, response.respondent, now, at)
