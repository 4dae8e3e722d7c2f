"""The answers and visits of an invented patient in the past weeks."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, system
from server.appointments import flow as appointments
from server.appointments import lists as appointment_lists
from server.appointments.rules import AppointmentStatus
from server.checkins import flow as checkins
from server.checkins import plans
from server.checkins.models import CheckIn
from server.checkins.rules import Rhythm
from server.db import Work
from server.demo.cast import DemoPatient
from server.demo.past_staff_work import close_old_flags
from server.people.models import Patient, Staff
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


@dataclass(frozen=True)
class Life:
    """An invented patient: who acts for them, how they fare, and the random numbers for the rest."""

    actor: Actor
    patient: Patient
    demo: DemoPatient
    chance: random.Random


async def live_through(db: AsyncSession, life: Life, team: list[Staff], now: datetime) -> None:
    """Answer due check-ins some hours later, or not at all; mark past visits as fulfilled."""
    patient, demo, chance = life.patient, life.demo, life.chance
    for week in range(7):
        for plan in await plans.plans_of(db, patient.id):
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
            await close_old_flags(db, team, patient, answered, now)
            await _answer(db, life, check_in, answered, now)
    for appointment in await appointment_lists.appointments_of(db, patient.id):
        if appointment.starts_at + timedelta(hours=2) < now:
            await appointments.mark(
                Work(db, system(patient.clinic_id, "demo"), appointment.starts_at),
                appointment,
                AppointmentStatus.FULFILLED,
            )
    await closing.close_ended(db, now)


def _keep_open(check_in: CheckIn, now: datetime) -> bool:
    """Whether to leave a new check-in unanswered for the person who tries the demo."""
    return check_in.closes_at > now + timedelta(hours=20) and now - check_in.due_at < timedelta(hours=40)


async def _answer(db: AsyncSession, life: Life, check_in: CheckIn, at: datetime, now: datetime) -> None:
    demo = life.demo
    definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
    weeks = (at - (now - BACK)).total_seconds() / 604800
    answers: dict[str, Value] = {}
    for question in definition.questions:
        if question in asked(definition, answers, Respondent.SELF):
            answers[question.link_id] = _value(question, demo, weeks, life.chance)
    if demo.red in definition.by_id and at > now - timedelta(days=3):
        answers[demo.red] = definition.by_id[demo.red].worse_answer
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
