"""Escalation status as text: who was notified, by which channel, when, and who is next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import language
from server.channels.protocol import ChannelName
from server.clock import to_wall
from server.flags.escalation.flow import KINDS
from server.flags.models import Flag
from server.flags.rules import Severity
from server.language import gettext as _
from server.people import on_call
from server.people.models import Staff
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptState, ReminderKind, ReminderState
from server.typed.direction import isolated

WENT_OUT = (AttemptState.ACCEPTED, AttemptState.SHOWN, AttemptState.OPENED, AttemptState.ANSWERED, AttemptState.UNKNOWN)


@dataclass(frozen=True)
class ContactStatus:
    """The contact notified last. `attempt` is the newest that may have gone out, or None."""

    name: str
    state: ReminderState
    why: str
    attempt: Attempt | None


async def escalation_step(db: AsyncSession, flag: Flag, zone: str, now: datetime) -> str:
    """The flag's status, such as "told Maria by text at 2:10 PM, nobody has answered yet"; "" if it has none."""
    return (await escalation_steps(db, [flag], zone, now)).get(flag.id, "")


async def escalation_steps(db: AsyncSession, flags: Sequence[Flag], zone: str, now: datetime) -> dict[str, str]:
    """Flag id → its status, for open flags that have one. `zone` is the clinic's."""
    waiting = [flag for flag in flags if flag.closed_at is None]
    notified = {flag.id: flag for flag in waiting if flag.notified_at is not None}
    alone = [
        flag
        for flag in waiting
        if flag.severity == Severity.URGENT and flag.notified_at is None and flag.owner_id is None
    ]
    statuses, alerted = await _statuses(db, notified), await _devices(db, [flag.id for flag in alone])
    steps = {flag_id: _words(notified[flag_id], status, zone, now) for flag_id, status in statuses.items()}
    first = {clinic_id: await _first(db, clinic_id) for clinic_id in {flag.clinic_id for flag in alone}}
    for flag in alone:
        steps[flag.id] = _before_anybody(flag, alerted.get(flag.id, 0), first[flag.clinic_id], zone, now)
    return steps


async def pulse(db: AsyncSession, clinic_id: str, since: datetime) -> list[str]:
    """The states of reminders to staff since `since`, and of their attempts: they change whenever a status may."""
    found = await db.execute(
        select(Reminder.id, Reminder.state, Attempt.state)
        .join(Attempt, Attempt.reminder_id == Reminder.id, isouter=True)
        .where(Reminder.clinic_id == clinic_id, Reminder.staff_id.is_not(None), Reminder.moment > since)
    )
    return sorted(":".join(map(str, row)) for row in found)


async def _statuses(db: AsyncSession, notified: dict[str, Flag]) -> dict[str, ContactStatus]:
    rows = await db.execute(
        select(Reminder, Staff)
        .join(Staff, Staff.id == Reminder.staff_id)
        .where(Reminder.subject_id.in_(notified), Reminder.kind.in_(KINDS))
    )
    last = {r.subject_id: (r, member) for r, member in rows.all() if r.moment == notified[r.subject_id].notified_at}
    tries = await _went_out(db, [reminder.id for reminder, _member in last.values()])
    return {
        flag_id: ContactStatus(member.name, reminder.state, reminder.reason or "", tries.get(reminder.id))
        for flag_id, (reminder, member) in last.items()
    }


async def _went_out(db: AsyncSession, reminder_ids: Sequence[str]) -> dict[str, Attempt]:
    """Reminder id → its newest attempt that may have gone out (later rows replace earlier ones)."""
    found = await db.scalars(
        select(Attempt)
        .where(Attempt.reminder_id.in_(reminder_ids), Attempt.state.in_(WENT_OUT))
        .order_by(Attempt.started_at)
    )
    return {attempt.reminder_id: attempt for attempt in found}


async def _first(db: AsyncSession, clinic_id: str) -> Staff | None:
    return next(iter(await on_call.order(db, clinic_id)), None)


async def _devices(db: AsyncSession, flag_ids: Sequence[str]) -> dict[str, int]:
    """Flag id → how many staff devices the alert went to (pushes that a service accepted)."""
    rows = await db.execute(
        select(Reminder.subject_id, func.count())
        .join(Attempt, Attempt.reminder_id == Reminder.id)
        .where(Reminder.subject_id.in_(flag_ids), Reminder.kind == ReminderKind.ALERT, Attempt.accepted_at.is_not(None))
        .group_by(Reminder.subject_id)
    )
    return {subject_id: count for subject_id, count in rows.all()}


def _words(flag: Flag, status: ContactStatus, zone: str, now: datetime) -> str:
    values = {
        "name": isolated(status.name),
        "when": _when(status.attempt.started_at, zone, now) if status.attempt else "",
    }
    if status.attempt is None and status.state == ReminderState.FAILED:
        words = _("couldn't reach %(name)s, who is on call") % values
    elif status.attempt is None:
        words = _("telling %(name)s, who is on call") % values
    elif status.attempt.state == AttemptState.UNKNOWN:
        words = _("may have told %(name)s at %(when)s (not confirmed); no one has responded yet") % values
    elif status.attempt.channel == ChannelName.TEXT:
        words = _("told %(name)s by text at %(when)s, no one has responded yet") % values
    else:
        words = _("told %(name)s by email at %(when)s, no one has responded yet") % values
    return f"{words}; {_next(flag, zone, now)}"


def _next(flag: Flag, zone: str, now: datetime) -> str:
    if flag.escalate_at is None:
        return _("everyone on call has been told")
    return _("the next person will be told at %(when)s") % {"when": _when(flag.escalate_at, zone, now)}


def _before_anybody(flag: Flag, devices: int, first: Staff | None, zone: str, now: datetime) -> str:
    if devices:
        words = language.ngettext("%(n)s staff device alerted", "%(n)s staff devices alerted", devices) % {"n": devices}
    else:
        words = _("no staff device has received the alert")
    if first is None or flag.escalate_at is None:
        return f"{words}; " + _("no one is on call")
    when = _when(flag.escalate_at, zone, now)
    return f"{words}; " + _("%(name)s will be told at %(when)s") % {"name": isolated(first.name), "when": when}


def _when(moment: datetime, zone: str, now: datetime) -> str:
    wall, today = to_wall(moment, zone), to_wall(now, zone).date()
    return language.hour(wall) if wall.date() == today else language.day_and_hour(wall, today)
