"""The work of the demo's staff: old flags closed, recent ones assigned, notes, an expected level, a call."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, ActorKind
from server.db import Work
from server.demo.cast import DemoPatient
from server.flags import actions, expected_levels, lists, notes
from server.flags.actions import Outcome
from server.flags.expected_levels import Item, Wanted
from server.flags.models import Flag
from server.flags.rules import FlagOutcome
from server.people import calls
from server.people.models import Patient, Staff
from server.responses import history
from server.responses.submission import receipt, urgency


async def staff_worked(
    db: AsyncSession, team: list[Staff], patient: Patient, demo: DemoPatient, number: int, now: datetime
) -> None:
    coordinator, clinician = (Actor(ActorKind.STAFF, member.id, member.clinic_id) for member in team[:2])
    await _urgency(db, patient, demo, now)
    await _share_out(db, coordinator, clinician, patient, number, now)
    await _note(db, coordinator, patient, demo, now)
    if demo.expects:
        item, level, why = demo.expects
        await expected_levels.expect(
            Work(db, clinician, now - timedelta(days=2)), patient.id, Item("weekly-als", item), Wanted(level, 21, why)
        )
    if demo.called:
        yesterday = Work(db, coordinator, now - timedelta(days=1, hours=3))
        await calls.log_call(yesterday, patient, *demo.called)
    for response in await history.of_patient(db, patient.id):
        if response.received_at < now - timedelta(days=2):
            await receipt.opened(Work(db, coordinator, response.received_at + timedelta(hours=3)), response)


async def _urgency(db: AsyncSession, patient: Patient, demo: DemoPatient, now: datetime) -> None:
    """Store how urgent the patient says the newest answers are."""
    answered = await history.of_patient(db, patient.id)
    if demo.urgency and answered:
        actor = Actor(ActorKind.PATIENT, patient.id, patient.clinic_id, patient_id=patient.id)
        sent = answered[-1]
        await urgency.choose(Work(db, actor, sent.received_at), sent.check_in_id, demo.urgency, sent.received_at)


async def _open_flags(db: AsyncSession, patient: Patient) -> list[Flag]:
    return [flag for flag in await lists.of_patient(db, patient.id) if flag.closed_at is None]


async def _share_out(
    db: AsyncSession, coordinator: Actor, clinician: Actor, patient: Patient, number: int, now: datetime
) -> None:
    """Assign some of the open flags to the clinician."""
    for place, flag in enumerate(await _open_flags(db, patient)):
        if (number + place) % 2:
            await actions.assign(Work(db, coordinator, now - timedelta(hours=1)), flag, clinician.id)


async def _note(db: AsyncSession, coordinator: Actor, patient: Patient, demo: DemoPatient, now: datetime) -> None:
    """Add the demo's note about this patient, if any, to the first open flag."""
    found = await _open_flags(db, patient)
    if demo.note and found:
        await notes.add_note(Work(db, coordinator, now - timedelta(hours=1)), found[0], demo.note)


async def close_old_flags(db: AsyncSession, team: list[Staff], patient: Patient, at: datetime, now: datetime) -> None:
    """Close flags that were a day old by `at`; those of the last six days stay open."""
    for number, flag in enumerate(await lists.of_patient(db, patient.id)):
        member = team[number % 2]
        if flag.closed_at is None and flag.raised_at < min(at - timedelta(days=1), now - timedelta(days=6)):
            actor = Actor(ActorKind.STAFF, member.id, member.clinic_id)
            await actions.close(
                Work(db, actor, flag.raised_at + timedelta(hours=5)),
                flag,
                Outcome(FlagOutcome.CALLED, "Talked it through."),
            )
