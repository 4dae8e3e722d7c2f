"""The people of the tests. Rosa and Walter are patients of Harbor. Luis is Rosa's husband.

Maria, Ken and Ruth work at Harbor. Helen is a patient of Mesa, another clinic in another zone, where Tom works. Neither
may ever see Harbor's data.
"""

from dataclasses import dataclass, fields
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.staff import accounts as staff_accounts
from server.actor import Actor, ActorKind, Role, system
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.db import Work
from server.flags.triggers import versions as trigger_versions
from server.people import flow as people
from server.people.flow import NewPatient
from server.people.models import Caregiver, Clinic, Patient, Staff
from server.people.rules import ContactBy
from server.questionnaires import flow as questionnaires

# A Monday, 9:00 in New York, two weeks after summer time ended.
NOW = datetime(2026, 11, 16, 14, 0, tzinfo=UTC)
NAMES = {
    "harbor": "Harbor Infusion Center",
    "maria": "Maria Alvarez",
    "ken": "Ken Osei",
    "ruth": "Ruth Lindqvist",
    "rosa": "Rosa Delgado",
    "luis": "Luis Delgado",
    "walter": "Walter Brandt",
    "mesa": "Mesa Neurology",
    "tom": "Tom Begay",
    "helen": "Helen Marsh",
}
HOURS = {str(day): ["08:00", "17:00"] for day in range(5)}


@dataclass(frozen=True)
class Cast:
    harbor: Clinic
    maria: Staff
    ken: Staff
    ruth: Staff
    rosa: Patient
    luis: Caregiver
    walter: Patient
    mesa: Clinic
    tom: Staff
    helen: Patient


async def gather(db: AsyncSession, now: datetime = NOW) -> Cast:
    harbor = await _clinic(db, NAMES["harbor"], "America/New_York", now)
    mesa = await _clinic(db, NAMES["mesa"], "America/Denver", now)
    boss, other = system(harbor.id, "tests"), system(mesa.id, "tests")
    rosa = await people.register_patient(
        Work(db, boss, now), NewPatient(NAMES["rosa"], harbor.zone, "(212) 555-0101", contact=ContactBy.CALL)
    )
    return Cast(
        harbor=harbor,
        maria=await _staff(db, boss, NAMES["maria"], "maria@harbor.example", Role.COORDINATOR, now),
        ken=await _staff(db, boss, NAMES["ken"], "ken@harbor.example", Role.CLINICIAN, now),
        ruth=await _staff(db, boss, NAMES["ruth"], "ruth@harbor.example", Role.ADMIN, now),
        rosa=rosa,
        luis=await people.add_caregiver(Work(db, boss, now), rosa, NAMES["luis"], "husband"),
        walter=await people.register_patient(
            Work(db, boss, now), NewPatient(NAMES["walter"], harbor.zone, contact=ContactBy.CALL)
        ),
        mesa=mesa,
        tom=await _staff(db, other, NAMES["tom"], "tom@mesa.example", Role.ADMIN, now),
        helen=await people.register_patient(
            Work(db, other, now), NewPatient(NAMES["helen"], mesa.zone, contact=ContactBy.CALL)
        ),
    )


async def meet(db: AsyncSession) -> Cast:
    """Loads the same people from a database that already holds them."""
    people_there: dict[str, Any] = {}
    tables: tuple[Any, ...] = (Clinic, Staff, Patient, Caregiver)
    for table in tables:
        people_there |= {row.name: row for row in await db.scalars(select(table))}
    return Cast(**{place.name: people_there[NAMES[place.name]] for place in fields(Cast)})


async def _clinic(db: AsyncSession, name: str, zone: str, now: datetime) -> Clinic:
    clinic = Clinic(
        name=name,
        zone=zone,
        country="US",
        phone="(212) 555-0140",
        phone_tel="+12125550140",
        emergency_number="911",
        emergency_number_tel="911",
        crisis_line="988",
        crisis_line_tel="988",
        crisis_line_texts=True,
        address="12 Elm Street",
        staffed_hours=HOURS,
        visit_instructions="Bring your list of medicines.",
    )
    db.add(clinic)
    await db.flush()
    await questionnaires.publish_library(Work(db, system(clinic.id, "tests"), now))
    await trigger_versions.publish_triggers(Work(db, system(clinic.id, "tests"), now))
    return clinic


async def _staff(db: AsyncSession, actor: Actor, name: str, email: str, role: Role, now: datetime) -> Staff:
    staff = await staff_accounts.add_staff(Work(db, actor, now), name, email, role)
    assert isinstance(staff, Staff)
    return staff


def acting(person: Staff | Patient | Caregiver) -> Actor:
    """The actor of a signed-in person, for a test that calls a flow itself."""
    if isinstance(person, Staff):
        return Actor(ActorKind.STAFF, person.id, person.clinic_id, name=person.name, role=person.role)
    if isinstance(person, Caregiver):
        return Actor(ActorKind.CAREGIVER, person.id, person.clinic_id, patient_id=person.patient_id)
    return Actor(ActorKind.PATIENT, person.id, person.clinic_id, patient_id=person.id, zone=person.zone)


def weekly(now: datetime = NOW, at: time = time(9)) -> Timing:
    """A weekly timing that falls due today at `at`."""
    return Timing(Rhythm.WEEKLY, at, now.date(), now.weekday())


def work_by(db: AsyncSession, person: Staff | Patient | Caregiver, now: datetime = NOW) -> Work:
    """The work of this person in the transaction `db`."""
    return Work(db, acting(person), now)
