"""Correct flags whose evidence came from an answer entered by mistake, once staff correct the answer (case 115)."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.db import Work
from server.flags import actions, flow, lists
from server.flags.actions import Outcome
from server.flags.alerts import alert_staff
from server.flags.escalation import flow as escalation
from server.flags.evidence import standing_of
from server.flags.models import Flag, FlagEvidence
from server.flags.rules import FlagOutcome, Severity, rank
from server.flags.triggers.fired_triggers import Occurrence, triggered
from server.flags.triggers.rules import Raised
from server.reminders import flow as reminders


@dataclass(frozen=True)
class Change:
    """The change that a correction makes to one flag. `raised`: the trigger that the corrected answers fire."""

    flag: Flag
    left: list[FlagEvidence]
    withdrawn: list[FlagEvidence]
    raised: Raised | None


async def replace(work: Work, occurrence: Occurrence, earlier_response_id: str) -> None:
    """Withdraw the earlier answers' evidence from flags, and raise flags for the corrected answers.

    An open flag falls back to the worst evidence left; if none is left, it closes as corrected. A flag that staff
    have closed stays closed, and suppresses the corrected answers unless they are worse.
    """
    await flow.lock_patient(work.db, occurrence.patient_id)
    await _move_conflicts(work.db, earlier_response_id, occurrence)
    fired = {raised.item: raised for raised in await triggered(work, occurrence)}
    for flag in await _flags_with_evidence_of(work.db, earlier_response_id):
        await actions.lock(work.db, flag)
        change = await _withdraw(work, flag, earlier_response_id, occurrence, fired.get(flag.item))
        if change is None:
            del fired[flag.item]
        elif flag.closed_at is None:
            await _correct_open(work, change, occurrence)
            fired.pop(flag.item, None)
        elif await _dealt_with(work, change, occurrence):
            del fired[flag.item]
    await flow.raise_all(work, occurrence, fired.values())


async def withdrawn_of(db: AsyncSession, flag_ids: Sequence[str]) -> dict[str, list[FlagEvidence]]:
    """Flag id → the evidence that corrections withdrew, the oldest correction first."""
    found: dict[str, list[FlagEvidence]] = {}
    query = select(FlagEvidence).where(FlagEvidence.flag_id.in_(flag_ids), FlagEvidence.withdrawn_at.is_not(None))
    for row in await db.scalars(query.order_by(FlagEvidence.withdrawn_at, FlagEvidence.id)):
        found.setdefault(row.flag_id, []).append(row)
    return found


async def _move_conflicts(db: AsyncSession, earlier_response_id: str, occurrence: Occurrence) -> None:
    """Move the evidence of conflicting versions to the corrected response, unchanged."""
    theirs = (FlagEvidence.response_id == earlier_response_id, FlagEvidence.conflict_id.is_not(None))
    flags = (Flag.response_id == earlier_response_id, Flag.id.in_(select(FlagEvidence.flag_id).where(*theirs)))
    await db.execute(update(Flag).where(*flags).values(response_id=occurrence.response_id))
    await db.execute(update(FlagEvidence).where(*theirs).values(response_id=occurrence.response_id))


async def _flags_with_evidence_of(db: AsyncSession, response_id: str) -> list[Flag]:
    brought = select(FlagEvidence.flag_id).where(
        FlagEvidence.response_id == response_id, FlagEvidence.withdrawn_at.is_(None)
    )
    return list(await db.scalars(select(Flag).where(Flag.id.in_(brought)).order_by(Flag.id)))


async def _withdraw(
    work: Work, flag: Flag, earlier_response_id: str, occurrence: Occurrence, raised: Raised | None
) -> Change | None:
    """Withdraw the earlier answers' evidence; None if the corrected answers give the same and so take it over."""
    standing = [row for row in await flow.evidence_of(work.db, flag) if row.withdrawn_at is None]
    theirs = [row for row in standing if row.response_id == earlier_response_id]
    if raised is not None and any(_is_same(row, raised) for row in theirs):
        for row in theirs:
            row.response_id = occurrence.response_id
        if flag.response_id == earlier_response_id:
            flag.response_id = occurrence.response_id
        return None
    for row in theirs:
        row.withdrawn_at = work.now
    return Change(flag, [row for row in standing if row not in theirs], theirs, raised)


def _is_same(row: FlagEvidence, raised: Raised) -> bool:
    return row.severity == raised.severity and flow.standing(row).evidence.now == raised.now


async def _dealt_with(work: Work, change: Change, occurrence: Occurrence) -> bool:
    """Whether staff, by closing this flag, have already dealt with the flag that the corrected answers raise."""
    flag, raised = change.flag, change.raised
    audit.record(work, "flag.corrected", flag)
    newest = await lists.newest(work.db, flag.patient_id, flag.item)
    if raised is None or newest is not flag or not flow.quiets(flag, flow.standing(flag), raised, work.now):
        return False
    await flow.bring(work, flag, occurrence, raised)
    return True


async def _correct_open(work: Work, change: Change, occurrence: Occurrence) -> None:
    flag, raised, withdrawn = change.flag, change.raised, change.withdrawn
    left = change.left
    if raised is not None:
        left = sorted([*left, await _bring(work, change, occurrence, raised)], key=lambda row: row.at)
    if not left:
        audit.record(work, "flag.corrected", flag)
        await actions.end(work, flag, Outcome(FlagOutcome.CORRECTED))
        return
    before = flow.standing(flag)
    flow.stand(flag, standing_of(map(flow.standing, left)))
    flag.due_at = min(flag.due_at, await flow.due(work, flag.severity))
    first = flow.standing(left[0]).evidence
    flag.trigger_id, flag.version = first.trigger_id or flag.trigger_id, first.version
    flag.updated_at = work.now
    audit.record(work, "flag.corrected", flag, severity=flag.severity, before=before.severity)
    was_urgent = any(row.severity == Severity.URGENT for row in withdrawn)
    if raised is not None and raised.severity == Severity.URGENT and not was_urgent:
        if before.severity == Severity.URGENT:
            flag.owner_id = None  # another event (case 73)
        await flow.escalate_from_now(work, flag)
        await alert_staff(work, flag, occurrence.path)
    elif flag.severity != before.severity:
        await reminders.cancel(work, flag.id, "corrected")
        await _escalate_anew(work, flag)
    elif flag.due_at != before.due_at and flag.severity != Severity.URGENT and flag.contacts_notified == 0:
        await _escalate_anew(work, flag)


async def _bring(work: Work, change: Change, occurrence: Occurrence, raised: Raised) -> FlagEvidence:
    """Replace the earlier answers by the corrected ones; if these are no worse, their due time is no later."""
    row = await flow.bring(work, change.flag, occurrence, raised)
    row.at = min(earlier.at for earlier in change.withdrawn)
    if rank(row.severity) <= max(rank(earlier.severity) for earlier in change.withdrawn):
        row.due_at = await flow.due(with_fields(work, now=row.at), row.severity)
    return row


async def _escalate_anew(work: Work, flag: Flag) -> None:
    """Start escalation again. An owner keeps the flag, for the time that its new severity allows."""
    await flow.escalate_from_now(work, flag)
    if flag.owner_id is not None:
        flag.escalate_at = await escalation.goes_on_at(work.db, flag, work.now)
