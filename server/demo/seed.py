"""Fill an empty database: replay the past week by week with the functions that the app uses."""

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import rules as access_rules
from server.access.joining import flow as joining
from server.access.joining.flow import Joined, Place
from server.access.staff import accounts as staff_accounts
from server.actor import Actor, ActorKind, system
from server.appointments import booking
from server.appointments import lists as appointment_lists
from server.appointments.booking import NewAppointment, NewSeries
from server.appointments.replies import flow as replies
from server.checkins import flow
from server.checkins.occasions import Timing
from server.clock import to_wall
from server.db import Database, Work
from server.demo.cast import CLINICS, HOURS, INSTRUCTIONS, DemoClinic, DemoPatient
from server.demo.past_answers import BACK, RHYTHMS, Life, live_through
from server.demo.past_reminders import as_if_sent, as_if_subscribed
from server.demo.past_staff_work import staff_worked
from server.flags.triggers import versions as trigger_versions
from server.people import flow as people
from server.people.flow import NewPatient
from server.people.models import Clinic, Patient, Staff
from server.phone_numbers import reading as numbers
from server.questionnaires import flow as questionnaires

Say = Callable[[str], None]


async def seed_when_empty(database: Database, now: datetime, say: Say) -> bool:
    """Seed the demo clinics. Returns False, changing nothing, if the database has a clinic."""
    async with database.reading() as db:
        if await db.scalar(select(Clinic.id).limit(1)):
            say("kept as it is")
            return False
    for clinic in CLINICS:
        async with database.writing() as db:
            say(f"{clinic.name}: {len(clinic.patients)} patients, six weeks of answers")
            await _seed_clinic(db, clinic, now)
    return True


async def _seed_clinic(db: AsyncSession, demo: DemoClinic, now: datetime) -> None:
    began = now - BACK
    clinic = Clinic(
        name=demo.name,
        zone=demo.zone,
        country="US",
        phone=demo.phone,
        phone_tel=numbers.read_line(demo.phone, "US").tel,
        emergency_number="911",
        emergency_number_tel="911",
        crisis_line="988",
        crisis_line_tel="988",
        crisis_line_texts=True,
        address=demo.address,
        staffed_hours=HOURS,
        visit_instructions=INSTRUCTIONS,
    )
    db.add(clinic)
    await db.flush()
    actor = system(clinic.id, "demo")
    await questionnaires.publish_library(Work(db, actor, began))
    await trigger_versions.publish_triggers(Work(db, actor, began))
    staff = [await staff_accounts.add_staff(Work(db, actor, began), s.name, s.email, s.role) for s in demo.staff]
    team = [member for member in staff if isinstance(member, Staff)]
    for number, patient in enumerate(demo.patients):
        await _seed_patient(db, clinic, team, patient, number, now)


async def _seed_patient(
    db: AsyncSession, clinic: Clinic, team: list[Staff], demo: DemoPatient, number: int, now: datetime
) -> None:
    began, chance = now - BACK, random.Random(f"{clinic.name} {number}")  # noqa: S311  # the same demo each time
    coordinator = Actor(ActorKind.STAFF, team[0].id, clinic.id)
    new = NewPatient(
        demo.name,
        clinic.zone,
        phone=f"{_area(clinic)} 555-01{number:02d}",
        contact=demo.contact,
        birth_date=f"{1944 + 37 * number % 41}-{1 + 7 * number % 12:02d}-{1 + 11 * number % 28:02d}",
        record_number=str(40017 + 113 * number),
    )
    patient = await people.register_patient(Work(db, coordinator, began), new)
    if demo.caregiver:
        await people.add_caregiver(Work(db, coordinator, began), patient, *demo.caregiver)
    actor = await _joined(db, coordinator, patient, demo, began)
    for slug in demo.plans:
        await flow.add_plan(Work(db, coordinator, began), patient, slug, _rhythm(slug, patient, number, now, began))
    await _book(db, coordinator, patient, number, now)
    await live_through(db, Life(actor, patient, demo, chance), team, now)
    await staff_worked(db, team, patient, demo, number, now)
    await as_if_sent(db, patient, demo.farthest if demo.joined else None, now)
    if demo.joined:
        await as_if_subscribed(Work(db, actor, now), demo.farthest, began)
    appointment = await appointment_lists.next_appointment(db, patient.id, now)
    if demo.reply and appointment:
        await replies.answer(Work(db, actor, now - timedelta(hours=3)), appointment, demo.reply)


def _area(clinic: Clinic) -> str:
    """The clinic's area code, such as "(212)". In every area code, 555-0100 to 555-0199 are never given to anybody."""
    return clinic.phone.split()[0]


async def _joined(db: AsyncSession, coordinator: Actor, patient: Patient, demo: DemoPatient, began: datetime) -> Actor:
    if not demo.joined:
        return system(patient.clinic_id, "demo")
    code = await joining.issue_pairing(Work(db, coordinator, began), patient, None)
    joined = await joining.join(db, code, access_rules.CONSENT_VERSION, Place("iPhone"), f"demo {patient.id}", began)
    assert isinstance(joined, Joined)
    return Actor(ActorKind.PATIENT, patient.id, patient.clinic_id, patient_id=patient.id, device_id=joined.device.id)


def _rhythm(slug: str, patient: Patient, number: int, now: datetime, began: datetime) -> Timing:
    """The plan's rhythm. Every third patient's weekly check-in fell due yesterday, so some are open at first."""
    yesterday = to_wall(now, patient.zone).date() - timedelta(days=1 + number % 3)
    return Timing(RHYTHMS[slug], time(10), to_wall(began, patient.zone).date(), yesterday.weekday())


async def _book(db: AsyncSession, coordinator: Actor, patient: Patient, number: int, now: datetime) -> None:
    """Book a past course from six weeks to four weeks ago, and future visits every other week."""
    began = now - BACK
    today = to_wall(now, patient.zone).date()
    course = NewAppointment(datetime.combine(today - timedelta(days=40), time(9 + number % 6)), 90)
    await booking.book_series(Work(db, coordinator, began), patient, NewSeries(course, frozenset({0, 2, 4}), 6))
    for ahead in (1 + number % 4, 15 + number % 4, 29 + number % 4):
        day = today + timedelta(days=ahead)
        day += timedelta(days=max(day.weekday() - 4, 0) and 7 - day.weekday())
        starts = datetime.combine(day, time(9 + number % 6))
        await booking.book(Work(db, coordinator, now - timedelta(days=20)), patient, NewAppointment(starts, 90))
