"""Raise flags, add news to open ones, mark them as seen. actions.py holds what staff do with a flag."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.db import Work
from server.flags import deadlines, rules
from server.flags.alerts import alert_staff
from server.flags.escalation import flow as escalation
from server.flags.evidence import Evidence
from server.flags.lists import newest, of_patient
from server.flags.models import Flag
from server.flags.rules import FlagOutcome, Severity, Urgency
from server.flags.triggers.fired_triggers import Occurrence, triggered
from server.flags.triggers.rules import Raised
from server.people.models import Clinic, Patient
from server.questionnaires.respondents import Source


async def raise_urgent(work: Work, occurrence: Occurrence) -> list[Raised]:
    """Raise urgent flags only: they cannot wait until the patient sends. Returns what fired."""
    found = await triggered(work, occurrence)
    urgent = [raised for raised in found if raised.severity == Severity.URGENT]
    await _raise_all(work, occurrence, urgent)
    return urgent


async def raise_flags(work: Work, occurrence: Occurrence) -> list[Raised]:
    """Raise what the answers trigger. Returns all that fired, whether or not it made a new flag."""
    found = await triggered(work, occurrence)
    await _raise_all(work, occurrence, found)
    return found


async def _raise_all(work: Work, occurrence: Occurrence, found: Iterable[Raised]) -> None:
    await lock_patient(work.db, occurrence.patient_id)
    for raised in found:
        flag = await newest(work.db, occurrence.patient_id, raised.item)
        if flag is not None and flag.closed_at is None:
            await _add_news(work, flag, occurrence, raised)
        elif flag is None or not _stays_quiet(flag, raised, work.now):
            await _raise(work, occurrence, raised)


async def lock_patient(db: AsyncSession, patient_id: str) -> None:
    """Lock the patient row: concurrent submissions must not both create the only open flag."""
    await db.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))


def _stays_quiet(flag: Flag, raised: Raised, now: datetime) -> bool:
    """Whether a closed flag makes a new one unnecessary. Not after an expected level: this is worse or that expired."""
    if flag.outcome in (FlagOutcome.EXPECTED, FlagOutcome.CORRECTED):
        return False
    return rules.stays_quiet(raised.now, raised.severity, level_of(flag), flag.severity, now - flag.raised_at)


def level_of(flag: Flag) -> int:
    """The worst level in the flag's evidence."""
    return Evidence.from_json(flag.evidence).now


async def _add_news(work: Work, flag: Flag, occurrence: Occurrence, raised: Raised) -> None:
    """Add news to the open flag of this patient and item, which makes it worse or newer; there is never a second one.

    An urgent answer in another check-in is another event: its owner took only the first, and loses the flag (case 73).
    """
    worse = rules.worse(raised.severity, flag.severity)
    urgent_again = raised.severity == flag.severity == Severity.URGENT and flag.check_in_id != occurrence.check_in_id
    if raised.now >= level_of(flag) or worse != flag.severity:
        flag.evidence = Evidence.of(raised, occurrence.version).to_json()
    became_urgent = worse == Severity.URGENT and flag.severity != Severity.URGENT
    if urgent_again:
        flag.owner_id = None
    if worse != flag.severity or urgent_again:
        flag.severity = worse
        flag.due_at = min(flag.due_at, await _due(work, worse))
        flag.contacts_notified, flag.notified_at = 0, None
        flag.escalate_at = await escalation.begins_at(work.db, flag, work.now)
    if flag.source == Source.CAREGIVER:
        flag.source = occurrence.source or flag.source
    flag.response_id = occurrence.response_id or flag.response_id
    flag.check_in_id, flag.updated_at = occurrence.check_in_id, work.now
    audit.record(work, "flag.updated", flag, severity=raised.severity)
    if became_urgent or urgent_again:
        await alert_staff(work, flag, occurrence.path)


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
        due_at=await _due(work, raised.severity),
    )
    flag.escalate_at = await escalation.begins_at(work.db, flag, work.now)
    work.db.add(flag)
    await work.db.flush()
    audit.record(work, "flag.raised", flag, severity=raised.severity)
    if raised.severity == Severity.URGENT:
        await alert_staff(work, flag, occurrence.path)


async def _due(work: Work, severity: Severity) -> datetime:
    clinic = await work.db.get_one(Clinic, work.actor.clinic_id)
    return deadlines.due(severity, work.now, clinic.zone, clinic.staffed_hours)


async def note_urgency(work: Work, check_in_id: str, urgency: Urgency) -> None:
    """Record the patient's own urgency on each open flag of this check-in."""
    for flag in await work.db.scalars(select(Flag).where(Flag.check_in_id == check_in_id, Flag.closed_at.is_(None))):
        flag.urgency, flag.updated_at = urgency, work.now  # so that a page opened before counts as out of date
        audit.record(work, "flag.urgency", flag, urgency=urgency)


async def see(work: Work, patient_id: str) -> None:
    """A staff member opened the patient's page: mark the open flags as seen by them, if nobody has seen them yet."""
    for flag in await of_patient(work.db, patient_id):
        if flag.closed_at is None and flag.seen_at is None:
            flag.seen_at, flag.seen_by = work.now, work.actor.id
            audit.record(work, "flag.seen", flag)
