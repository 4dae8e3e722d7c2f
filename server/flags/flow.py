"""Raise flags, add news to open ones, mark them as seen. For staff's actions on a flag, see actions.py."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.db import Work
from server.flags import deadlines, rules
from server.flags.alerts import alert_staff
from server.flags.escalation import flow as escalation
from server.flags.evidence import Evidence, Standing, standing_of
from server.flags.lists import newest, of_patient
from server.flags.models import Flag, FlagEvidence
from server.flags.rules import FlagOutcome, Severity, Urgency
from server.flags.triggers.fired_triggers import Occurrence, triggered
from server.flags.triggers.rules import Raised
from server.people.models import Clinic, Patient


async def raise_urgent(work: Work, occurrence: Occurrence) -> list[Raised]:
    """Raise urgent flags only: they cannot wait until the patient submits. Returns the triggers that fired."""
    found = await triggered(work, occurrence)
    urgent = [raised for raised in found if raised.severity == Severity.URGENT]
    await raise_all(work, occurrence, urgent)
    return urgent


async def raise_flags(work: Work, occurrence: Occurrence) -> list[Raised]:
    """Raise flags for the answers. Returns every trigger that fired, whether or not it made a new flag."""
    found = await triggered(work, occurrence)
    await raise_all(work, occurrence, found)
    return found


async def raise_all(work: Work, occurrence: Occurrence, found: Iterable[Raised]) -> None:
    await lock_patient(work.db, occurrence.patient_id)
    for raised in found:
        flag = await newest(work.db, occurrence.patient_id, raised.item)
        if flag is not None and flag.closed_at is None:
            await _add_news(work, flag, occurrence, raised)
        elif flag is None or not await _stays_quiet(work, flag, raised):
            await _raise(work, occurrence, raised)


async def lock_patient(db: AsyncSession, patient_id: str) -> None:
    """Lock the patient row: concurrent submissions must not both create the only open flag."""
    await db.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))


async def _stays_quiet(work: Work, flag: Flag, raised: Raised) -> bool:
    """Whether a closed flag makes a new one unnecessary: not if a correction withdrew all its evidence (case 115)."""
    pieces = await evidence_of(work.db, flag)
    left = [standing(row) for row in pieces if row.withdrawn_at is None]
    if pieces and not left:
        return False
    return quiets(flag, standing_of(left or [standing(flag)]), raised, work.now)


def quiets(flag: Flag, closed_as: Standing, raised: Raised, now: datetime) -> bool:
    """Whether the closed flag suppresses a new one. Not after an expected level: the answer is worse or it expired."""
    if flag.outcome in (FlagOutcome.EXPECTED, FlagOutcome.CORRECTED):
        return False
    level, severity = closed_as.evidence.now, closed_as.severity
    return rules.stays_quiet(raised.now, raised.severity, level, severity, now - flag.raised_at)


def level_of(flag: Flag) -> int:
    """The worst level in the flag's evidence."""
    return Evidence.from_json(flag.evidence).now


async def evidence_of(db: AsyncSession, flag: Flag) -> list[FlagEvidence]:
    """The flag's evidence, the oldest first, including withdrawn pieces."""
    found = select(FlagEvidence).where(FlagEvidence.flag_id == flag.id)
    return list(await db.scalars(found.order_by(FlagEvidence.at, FlagEvidence.id)))


def standing(row: Flag | FlagEvidence) -> Standing:
    return Standing(
        row.severity, Evidence.from_json(row.evidence), row.due_at, row.source, row.response_id, row.check_in_id
    )


def stand(flag: Flag, now_stands: Standing) -> None:
    """Write `now_stands` to the flag's own columns, which pages and ticks read."""
    flag.severity, flag.due_at, flag.source = now_stands.severity, now_stands.due_at, now_stands.source
    flag.response_id, flag.check_in_id = now_stands.response_id, now_stands.check_in_id
    evidence = now_stands.evidence.to_json()
    if flag.evidence != evidence:
        flag.evidence = evidence


async def _add_news(work: Work, flag: Flag, occurrence: Occurrence, raised: Raised) -> None:
    """Add news to the open flag of this patient and item, which makes it worse or newer; there is never a second one.

    An urgent answer in another check-in is another event: its owner took only the first, and loses the flag (case 73).
    """
    before = standing(flag)
    after = before.with_news(standing(await bring(work, flag, occurrence, raised)))
    urgent_again = raised.severity == before.severity == Severity.URGENT and before.check_in_id != after.check_in_id
    stand(flag, after)
    flag.updated_at = work.now
    if urgent_again:
        flag.owner_id = None
    if after.severity != before.severity or urgent_again:
        await escalate_from_now(work, flag)
    audit.record(work, "flag.updated", flag, severity=raised.severity)
    if after.severity == Severity.URGENT and (before.severity != Severity.URGENT or urgent_again):
        await alert_staff(work, flag, occurrence.path)


async def escalate_from_now(work: Work, flag: Flag) -> None:
    """Start escalation again from the first contact; the caller records why."""
    flag.contacts_notified, flag.notified_at = 0, None
    flag.escalate_at = await escalation.begins_at(work.db, flag, work.now)


async def bring(work: Work, flag: Flag, occurrence: Occurrence, raised: Raised) -> FlagEvidence:
    """Store the trigger that fired as a piece of the flag's evidence; the caller changes the flag and records it."""
    row = FlagEvidence(
        clinic_id=flag.clinic_id,
        flag_id=flag.id,
        check_in_id=occurrence.check_in_id,
        response_id=occurrence.response_id,
        conflict_id=occurrence.conflict_id,
        severity=raised.severity,
        evidence=Evidence.of(raised, occurrence.version).to_json(),
        source=occurrence.source,
        due_at=await due(work, raised.severity),
        at=work.now,
    )
    work.db.add(row)
    await work.db.flush()
    return row


async def _raise(work: Work, occurrence: Occurrence, raised: Raised) -> None:
    flag = Flag(
        clinic_id=work.actor.clinic_id,
        patient_id=occurrence.patient_id,
        check_in_id=occurrence.check_in_id,
        response_id=occurrence.response_id,
        trigger_id=raised.trigger.id,
        slug=occurrence.slug,
        version=occurrence.version,
        item=raised.item,
        severity=raised.severity,
        source=occurrence.source,
        evidence=Evidence.of(raised, occurrence.version).to_json(),
        raised_at=work.now,
        updated_at=work.now,
        due_at=await due(work, raised.severity),
    )
    flag.escalate_at = await escalation.begins_at(work.db, flag, work.now)
    work.db.add(flag)
    await work.db.flush()
    await bring(work, flag, occurrence, raised)
    audit.record(work, "flag.raised", flag, severity=raised.severity)
    if raised.severity == Severity.URGENT:
        await alert_staff(work, flag, occurrence.path)


async def due(work: Work, severity: Severity) -> datetime:
    clinic = await work.db.get_one(Clinic, work.actor.clinic_id)
    return deadlines.due(severity, work.now, clinic.zone, clinic.staffed_hours)


async def note_urgency(work: Work, check_in_id: str, urgency: Urgency, at: datetime) -> None:
    """Record the patient's own urgency, chosen `at`, on each open flag of this check-in that has no newer one."""
    for flag in await work.db.scalars(select(Flag).where(Flag.check_in_id == check_in_id, Flag.closed_at.is_(None))):
        if flag.urgency_at is not None and flag.urgency_at > at:
            continue
        flag.urgency, flag.urgency_at = urgency, at
        flag.updated_at = work.now  # so that a page opened before counts as out of date
        audit.record(work, "flag.urgency", flag, urgency=urgency)


async def see(work: Work, patient_id: str) -> None:
    """A staff member opened the patient's page: mark the open flags as seen by them, if nobody has seen them yet."""
    for flag in await of_patient(work.db, patient_id):
        if flag.closed_at is None and flag.seen_at is None:
            flag.seen_at, flag.seen_by = work.now, work.actor.id
            audit.record(work, "flag.seen", flag)
