"""Bring forward flags whose next step was put off by a clock that was ahead."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.db import Work
from server.flags import deadlines
from server.flags.escalation.flow import AT_ONCE, hours_of, wait_of
from server.flags.models import Flag
from server.people import on_call
from server.people.models import Clinic
from server.reminders.rules import CLOCK_SLACK


async def bring_forward(db: AsyncSession, now: datetime) -> int:
    """Bring forward what a clock that was ahead put off: no flag waits longer than if it were raised now.

    The flag keeps the wrong timestamps, for the record. Returns how many flags changed.
    """
    ahead = now + CLOCK_SLACK
    marks = (Flag.raised_at, Flag.updated_at, Flag.notified_at, Flag.owned_at)
    found = await db.scalars(
        select(Flag)
        .where(
            Flag.closed_at.is_(None),
            or_(*(mark > ahead for mark in marks)),
            or_(Flag.due_at > now, Flag.escalate_at > now),
        )
        .order_by(Flag.raised_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    )
    brought_forward = 0
    for flag in list(found):
        clinic = await db.get_one(Clinic, flag.clinic_id)
        contacts = len(await on_call.order(db, clinic.id))
        due_at = min(flag.due_at, deadlines.due(flag.severity, now, clinic.zone, clinic.staffed_hours))
        latest = _latest(flag, clinic, contacts, due_at, now)
        escalate_at = min(flag.escalate_at, latest) if flag.escalate_at and latest else flag.escalate_at
        if (due_at, escalate_at) != (flag.due_at, flag.escalate_at):
            flag.due_at, flag.escalate_at, brought_forward = due_at, escalate_at, brought_forward + 1
            audit.record(Work(db, system(flag.clinic_id), now), "flag.brought-forward", flag)
    return brought_forward


def _latest(flag: Flag, clinic: Clinic, contacts: int, due_at: datetime, now: datetime) -> datetime | None:
    """The latest time to notify this flag's next contact; None if nobody is left to notify."""
    hours, wait = hours_of(clinic), wait_of(clinic)
    if flag.owner_id is not None and flag.notified_at is None:
        return deadlines.after_taking(flag.severity, due_at, now, hours)
    if flag.notified_at is not None:
        return deadlines.next_contact_at(flag.severity, flag.contacts_notified, contacts, now, wait, hours)
    return deadlines.escalates_at(flag.severity, due_at, now, wait, hours)
