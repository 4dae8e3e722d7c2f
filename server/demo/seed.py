"""Fill an empty database: replay the past week by week with the functions that the app uses."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import rules as access_rules
from server.access.joining import flow as joining
from server.access.joining.flow import Joined
from server.access.staff import accounts as staff_accounts
from server.actor import Actor, ActorKind, system
from server.appointments import booking, replies
from server.appointments import flow as appointments
from server.appointments import lists as visits
from server.appointments.booking import NewSeries, NewVisit
from server.appointments.rules import AppointmentStatus
from server.checkins import flow as checkins
from server.checkins.models import CheckIn
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.clock import to_wall
from server.db import Database, Work
from server.demo.cast import CLINICS, HOURS, INSTRUCTIONS, DemoClinic, DemoPatient
from server.demo.past_reminders import as_if_sent, as_if_subscribed
from server.demo.past_staff_work import staff_worked
from server.flags import actions, lists
from server.flags.actions import Outcome
from server.flags.rules import FlagOutcome
from server.flags.triggers import versions as trigger_versions
from server.people import flow as people
from server.people.flow import NewPatient
from server.people.models import Clinic, Patient, Staff
from server.phone_numbers import reading as numbers
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.branching import asked
from server.questionnaires.question import Question, QuestionType
from server.questionnaires.respondents import Respondent
from server.responses.submission import closing, submit
from server.responses.submission.submission import Submission

BACK = timedelta(weeks=6)
RHYTHMS = {
    "weekly-als": Rhythm.WEEKLY,
    "daily-three": Rhythm.DAILY,
    "function": Rhythm.MONTHLY,
    "readiness": Rhythm.BEFORE,
    "day-after": Rhythm.AFTER,
}
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
    new = NewPatient(demo.name, clinic.zone, phone=f"(212) 555-01{number:02d}", contact=demo.contact)
    patient = await people.register_patient(Work(db, coordinator, began), new)
    if demo.caregiver:
        await people.add_caregiver(Work(db, coordinator, began), patient, *demo.caregiver)
    actor = await _joined(db, coordinator, patient, demo, began)
    for slug in demo.plans:
        await checkins.add_plan(Work(db, coordinator, began), patient, slug, _rhythm(slug, patient, number, now, began))
    await _book(db, coordinator, patient, number, now)
    await _live_through(db, Life(actor, patient, demo, chance), team, now)
    await staff_worked(db, team, patient, demo, number, now)
    await as_if_sent(db, patient, demo.reach if demo.joined else None, now)
    if demo.joined:
        await as_if_subscribed(Work(db, actor, now), demo.reach, began)
    visit = await visits.next_visit(db, patient.id, now)
    if demo.reply and visit:
        await replies.answer(Work(db, actor, now - timedelta(hours=3)), visit, demo.reply)


async def _joined(db: AsyncSession, coordinator: Actor, patient: Patient, demo: DemoPatient, began: datetime) -> Actor:
    if not demo.joined:
        return system(patient.clinic_id, "demo")
    code = await joining.issue_pairing(Work(db, coordinator, began), patient, None)
    joined = await joining.join(db, code, access_rules.CONSENT_VERSION, "iPhone", f"demo {patient.id}", began)
    assert isinstance(joined, Joined)
    return Actor(ActorKind.PATIENT, patient.id, patient.clinic_id, patient_id=patient.id, device_id=joined.device.id)


def _rhythm(slug: str, patient: Patient, number: int, now: datetime, began: datetime) -> Timing:
    """The plan's rhythm. Every third patient's weekly check-in fell due yesterday, so that some are open at first."""
    yesterday = to_wall(now, patient.zone).date() - timedelta(days=1 + number % 3)
    return Timing(RHYTHMS[slug], time(10), to_wall(began, patient.zone).date(), yesterday.weekday())


async def _book(db: AsyncSession, coordinator: Actor, patient: Patient, number: int, now: datetime) -> None:
    """Book a past course from six weeks to four weeks ago, and future visits every other week."""
    began = now - BACK
    today = to_wall(now, patient.zone).date()
    course = NewVisit(datetime.combine(today - timedelta(days=40), time(9 + number % 6)), 90)
    await booking.book_series(Work(db, coordinator, began), patient, NewSeries(course, frozenset({0, 2, 4}), 6))
    for ahead in (1 + number % 4, 15 + number % 4, 29 + number % 4):
        day = today + timedelta(days=ahead)
        day += timedelta(days=max(day.weekday() - 4, 0) and 7 - day.weekday())
        starts = datetime.combine(day, time(9 + number % 6))
        await booking.book(Work(db, coordinator, now - timedelta(days=20)), patient, NewVisit(starts, 90))


@dataclass(frozen=True)
class Life:
    """An invented patient: who acts for them, how they fare, and the random numbers for the rest."""

    actor: Actor
    patient: Patient
    demo: DemoPatient
    chance: random.Random


async def _live_through(db: AsyncSession, life: Life, team: list[Staff], now: datetime) -> None:
    """Answer due check-ins some hours later, or not at all; mark past visits as fulfilled."""
    patient, demo, chance = life.patient, life.demo, life.chance
    for week in range(7):
        for plan in await checkins.plans_of(db, patient.id):
            if RHYTHMS[plan.slug] in (Rhythm.WEEKLY, Rhythm.DAILY, Rhythm.MONTHLY):
                await checkins.schedule(db, plan, patient, min(now - BACK + timedelta(weeks=week), now))
    due = await db.scalars(
        select(CheckIn).where(CheckIn.patient_id == patient.id, CheckIn.due_at <= now).order_by(CheckIn.due_at)
    )
    for check_in in list(due):
        answered = check_in.due_at + timedelta(minutes=chance.randint(10, 400))
        if (
            demo.joined
            and answered < min(now, check_in.closes_at)
            and chance.random() < demo.answers
            and not _keep_open(check_in, now)
        ):
            await _staff_acted(db, team, patient, answered, now)
            await _answer(db, life, check_in, answered, now)
    for visit in await visits.visits_of(db, patient.id):
        if visit.starts_at + timedelta(hours=2) < now:
            await appointments.mark(
                Work(db, system(patient.clinic_id, "demo"), visit.starts_at), visit, AppointmentStatus.FULFILLED
            )
    await closing.close_ended(db, now)


def _keep_open(check_in: CheckIn, now: datetime) -> bool:
    """Whether to leave a new check-in unanswered, for whoever tries the demo."""
    return check_in.closes_at > now + timedelta(hours=20) and now - check_in.due_at < timedelta(hours=40)


async def _answer(db: AsyncSession, life: Life, check_in: CheckIn, at: datetime, now: datetime) -> None:
    demo = life.demo
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    weeks = (at - (now - BACK)).total_seconds() / 604800
    answers: dict[str, Value] = {}
    for question in form.questions:
        if question in asked(form, answers, Respondent.SELF):
            answers[question.link_id] = _value(question, demo, weeks, life.chance)
    if demo.red in form.by_id and at > now - timedelta(days=3):
        answers[demo.red] = form.by_id[demo.red].worse_answer
    await submit.submit(
        Work(db, life.actor, at), check_in, Submission(check_in.client_id, answers, Respondent.SELF, at)
    )


def _value(question: Question, demo: DemoPatient, weeks: float, chance: random.Random) -> Value:
    if question.type == QuestionType.BOOLEAN:
        return not question.worse_answer
    start, change = demo.course.get(question.link_id, (0.3, 0.0))
    level = round(start + change * weeks + chance.uniform(-0.3, 0.3))
    level = min(max(level, 0), question.worst)
    if question.type == QuestionType.INTEGER:
        return level
    return next(option.code for option in question.options if option.level == level)


async def _staff_acted(db: AsyncSession, team: list[Staff], patient: Patient, at: datetime, now: datetime) -> None:
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
