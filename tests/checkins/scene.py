"""Rosa's plans and check-ins, her drafts, and the ticks that schedule and close check-ins."""

from datetime import datetime, time, timedelta

from server.actor import system
from server.checkins import flow
from server.checkins.flow import add_plan
from server.checkins.models import CheckIn, Plan
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.clock import to_wall
from server.db import Database, Work
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent, author_of
from server.reminders.models import Reminder
from server.responses import drafts
from server.responses.submission import closing
from tests.cast import NOW, Cast, work_by
from tests.stories import due_check_in, rows

DAILY = Timing(Rhythm.DAILY, time(9), NOW.date())


async def plan(database: Database, patient: Patient, slug: str, timing: Timing, now: datetime = NOW) -> Plan:
    async with database.writing() as db:
        return await add_plan(Work(db, system(patient.clinic_id), now), patient, slug, timing)


async def check_ins(database: Database) -> list[CheckIn]:
    return sorted(await rows(database, CheckIn), key=lambda check_in: check_in.due_at)


async def due_days(database: Database) -> list[str]:
    return [f"{to_wall(c.due_at, 'America/New_York'):%m-%d %H:%M}" for c in await check_ins(database)]


async def reminders(database: Database, check_in: CheckIn) -> list[tuple[str, str]]:
    found = await rows(database, Reminder, Reminder.subject_id == check_in.id)
    return [(r.kind, r.state) for r in sorted(found, key=lambda reminder: reminder.moment)]


async def schedule(database: Database, now: datetime) -> None:
    async with database.writing() as db:
        await flow.schedule_all(db, now)


async def close(database: Database, now: datetime) -> int:
    async with database.writing() as db:
        return await closing.close_ended(db, now)


async def keep(
    database: Database, cast: Cast, check_in: CheckIn, respondent: Respondent = Respondent.SELF, **answers: object
) -> None:
    """Keep these answers as drafts, one a minute, without sending them."""
    async with database.writing() as db:
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        now = NOW + timedelta(minutes=len(await drafts.kept(db, check_in, author_of(respondent, None))))
        for link_id, value in answers.items():
            now += timedelta(minutes=1)
            checked = definition.question(link_id).check(value)
            await drafts.keep(
                work_by(db, cast.rosa, now), check_in, definition, drafts.Statement(respondent, {link_id: checked})
            )


async def due(database: Database, cast: Cast, slug: str = "weekly-als") -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa, slug)
