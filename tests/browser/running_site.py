"""What a test needs from the running app besides its pages: codes, links, and the state at its start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from server import crypto
from server.access import sessions
from server.access.joining import flow as joining
from server.access.staff import accounts as staff_accounts
from server.actor import system
from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.checkins import flow
from server.checkins.models import CheckIn
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.clock import system_clock, to_utc, to_wall
from server.db import Database, Work
from server.people.models import Caregiver, Patient, Staff
from server.people.texting import flow as texting
from server.people.texting.rules import Incoming, IncomingKind
from server.questionnaires.answers import Value
from server.questionnaires.respondents import Respondent
from server.reminders import flow as reminders
from server.reminders import status as reminder_status
from server.reminders.models import Attempt
from server.reminders.status import ReminderStatus
from server.responses.models import Response, ResponseStatus
from server.responses.submission import submit
from server.responses.submission.submission import Submission, Taken
from tests.cast import Cast, work_by

from .eventually import eventually

WEEK = timedelta(weeks=1)
# A steady week of the weekly check-in, with a little trouble in swallowing.
LAST_WEEK: Mapping[str, Value] = {
    "breathing": "none",
    "swallowing": "little",
    "choking": False,
    "speech": "none",
    "saliva": "none",
    "strength": "none",
    "fall": False,
    "cramps": "none",
    "pain": 1,
    "mood": "none",
}


@dataclass(frozen=True)
class RunningSite:
    """A running app at `base_url`, with the real clock."""

    base_url: str
    database: Database
    cast: Cast

    def url(self, path: str) -> str:
        return self.base_url + path

    async def pairing_code(self, person: Patient | Caregiver) -> str:
        async with self.database.writing() as db:
            patient = person if isinstance(person, Patient) else await db.get_one(Patient, person.patient_id)
            helper = person if isinstance(person, Caregiver) else None
            return await joining.issue_pairing(work_by(db, self.cast.maria, system_clock()), patient, helper)

    async def sign_out_everywhere(self, patient: Patient) -> None:
        """Maria signs out all phones of the patient."""
        async with self.database.writing() as db:
            for device in await sessions.devices_of(db, patient.id):
                await sessions.end_device(work_by(db, self.cast.maria, system_clock()), device)

    async def staff_link(self, staff: Staff) -> str:
        """The address that an admin, or the command line, gives to a staff member."""
        async with self.database.writing() as db:
            token = await staff_accounts.make_link(work_by(db, staff, system_clock()), staff)
        return self.url(f"/staff/link#{token}")

    async def text(self, words: str, patient: Patient) -> None:
        """A text arrives from the patient's number. The patient has agreed to texts."""
        async with self.database.writing() as db:
            row, now = await db.get_one(Patient, patient.id), system_clock()
            row.text_consent_at = now
            incoming = Incoming(words, IncomingKind.REPLY, row.phone_tel or "", words, now)
            await texting.take(db, incoming, now)

    # Visits

    async def book_visit_with_reminder_in(self, seconds: float, patient: Patient | None = None) -> Appointment:
        """Books a visit whose reminder 2 hours before falls due in so many seconds. Its other reminders are past."""
        return await self.book_visit(timedelta(hours=2, seconds=seconds), patient)

    async def book_visit(self, ahead: timedelta, patient: Patient | None = None) -> Appointment:
        now = system_clock()
        new = NewAppointment(to_wall(now + ahead, self.cast.harbor.zone))
        async with self.database.writing() as db:
            return await booking.book(work_by(db, self.cast.maria, now), patient or self.cast.rosa, new)

    async def reminders_of(self, subject_id: str) -> list[ReminderStatus]:
        async with self.database.reading() as db:
            return await reminder_status.with_attempts(db, await reminders.of_subject(db, subject_id))

    async def hand_over(self, subject_id: str, channel: str = "push") -> tuple[str, str]:
        """The subject's next reminder, as if our worker had just sent it to somebody. Returns its id and token."""
        token = crypto.new_token()
        reminder = (await self.reminders_of(subject_id))[0].reminder
        async with self.database.writing() as db:
            attempt = Attempt(
                clinic_id=reminder.clinic_id,
                reminder_id=reminder.id,
                channel=channel,
                token_hash=crypto.token_hash(token),
                state="accepted",
                fence=reminder.fence,
                started_at=system_clock(),
            )
            db.add(attempt)
        return reminder.id, token

    async def wait_for_reminder(self, subject_id: str, state: str, seconds: float = 20) -> ReminderStatus:
        """Waits until the one reminder of a subject is in this state."""

        async def look() -> ReminderStatus | None:
            (reminder,) = await self.reminders_of(subject_id)
            return reminder if reminder.state == state else None

        return await eventually(look, f"a reminder that is {state}", seconds)

    async def wait_for_attempt(self, subject_id: str, state: str, seconds: float = 20) -> None:
        """Waits until an attempt of the subject's next reminder is in this state."""

        async def look() -> bool:
            return state in [attempt.state for attempt in (await self.reminders_of(subject_id))[0].attempts]

        await eventually(look, f"an attempt that is {state}", seconds)

    async def visit(self, visit_id: str) -> Appointment:
        async with self.database.reading() as db:
            return await db.get_one(Appointment, visit_id)

    # Check-ins

    async def check_in_due_now(
        self, patient: Patient, slug: str, before: Mapping[str, Value] | None = None, whole: bool = False
    ) -> CheckIn:
        """A check-in that has just fallen due and stays open for three days. `before` was answered a week ago.

        Unless that was `whole`, it was left half-way, and the app does not offer "same as last time". It was due at the
        full minute before last in the patient's own time, because plans have no seconds.
        """
        wall = to_wall(system_clock() - timedelta(minutes=1), patient.zone).replace(second=0, microsecond=0)
        if before is None:
            (check_in,) = await self._plan(patient, slug, wall, system_clock())
            return check_in
        past, check_in = await self._plan(patient, slug, wall - WEEK, to_utc(wall - WEEK, patient.zone))
        async with self.database.writing() as db:
            then = past.due_at + timedelta(minutes=1)
            stored = await db.get_one(CheckIn, past.id)
            sent = Submission(
                past.client_id,
                before,
                Respondent.SELF,
                then,
                ResponseStatus.COMPLETED if whole else ResponseStatus.IN_PROGRESS,
            )
            taken = await submit.submit(work_by(db, patient, then), stored, sent)
            assert isinstance(taken, Taken)
        return check_in

    async def missed_check_in(self, patient: Patient, slug: str) -> CheckIn:
        """A check-in that fell due a week ago and was never answered."""
        wall = to_wall(system_clock(), patient.zone).replace(second=0, microsecond=0) - WEEK
        return (await self._plan(patient, slug, wall, to_utc(wall, patient.zone)))[0]

    async def unanswered_for(self, patient: Patient, slug: str, long: timedelta) -> CheckIn:
        """A check-in that fell due so long ago, has no answer, and is next due in some days."""
        wall = to_wall(system_clock() - long, patient.zone).replace(second=0, microsecond=0)
        return (await self._plan(patient, slug, wall, to_utc(wall, patient.zone)))[0]

    async def _plan(self, patient: Patient, slug: str, wall: datetime, now: datetime) -> list[CheckIn]:
        """The check-ins that a weekly plan from `wall` has scheduled up to today."""
        actor = system(patient.clinic_id, "tests")
        rhythm = Timing(Rhythm.WEEKLY, wall.time(), wall.date(), wall.weekday())
        async with self.database.writing() as db:
            plan = await flow.add_plan(Work(db, actor, now), patient, slug, rhythm)
            due = CheckIn.due_at <= system_clock()
            found = await db.scalars(select(CheckIn).where(CheckIn.plan_id == plan.id, due).order_by(CheckIn.due_at))
            return list(found)

    async def responses_to(self, check_in: CheckIn) -> int:
        """The number of responses to a check-in, which is never more than one."""
        async with self.database.reading() as db:
            count = await db.scalar(select(func.count()).where(Response.check_in_id == check_in.id))
            return count or 0

    async def wait_for_response(self, check_in: CheckIn, seconds: float = 20) -> None:
        async def look() -> bool:
            return await self.responses_to(check_in) > 0

        await eventually(look, "the clinic to receive the check-in", seconds)
