"""What people do in a random life: the clinic books, moves and cancels, patients reply and pause, phones report."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, system
from server.appointments import booking
from server.appointments import flow as appointments
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.appointments.replies import flow as replies
from server.appointments.rules import AppointmentStatus, BadAppointment
from server.clock import to_wall
from server.db import Work
from server.delivery import receipts
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from server.reminders.pauses import resume
from server.reminders.states import Reply
from tests.cast import NAMES
from tests.faults.life import Life, token_in

WHO = st.sampled_from(("rosa", "walter"))
HOURS = st.sampled_from((1, 3, 5, 26, 30, 80))
WHICH = st.integers(0, 50)


class PeoplesActs(RuleBasedStateMachine):
    """`changes` counts the acts that may lead to a reminder or end one."""

    def __init__(self, life: Life) -> None:
        super().__init__()
        self.life = life
        self.visits: list[str] = []
        self.changes = 0

    @rule(who=WHO, hours=HOURS)
    def book(self, who: str, hours: int) -> None:
        async def books(db: AsyncSession) -> str:
            patient = await self._patient(db, who)
            starts = to_wall(self.life.now + timedelta(hours=hours), "America/New_York")
            visit = await booking.book(Work(db, acting_for(patient), self.life.now), patient, NewAppointment(starts))
            return visit.id

        self.changes += 1
        with suppress(BadAppointment):  # a wall time that does not exist
            self.visits.append(self.life.write(books))

    @precondition(lambda self: self.visits)
    @rule(which=WHICH, hours=HOURS)
    def move(self, which: int, hours: int) -> None:
        async def moves(db: AsyncSession) -> None:
            visit = await self._visit(db, which)
            starts = to_wall(self.life.now + timedelta(hours=hours), visit.zone)
            await appointments.move(Work(db, acting_for(visit), self.life.now), visit, starts)

        self.changes += 1
        with suppress(BadAppointment):  # over, or a wall time that does not exist
            self.life.write(moves)

    @precondition(lambda self: self.visits)
    @rule(
        which=WHICH,
        status=st.sampled_from((AppointmentStatus.CANCELLED, AppointmentStatus.ARRIVED, AppointmentStatus.NOSHOW)),
    )
    def mark(self, which: int, status: AppointmentStatus) -> None:
        async def marks(db: AsyncSession) -> None:
            visit = await self._visit(db, which)
            await appointments.mark(Work(db, acting_for(visit), self.life.now), visit, status)

        self.changes += 1
        self.life.write(marks)

    @precondition(lambda self: self.visits)
    @rule(which=WHICH, reply=st.sampled_from(tuple(Reply)))
    def answer(self, which: int, reply: Reply) -> None:
        async def answers(db: AsyncSession) -> None:
            visit = await self._visit(db, which)
            if visit.status == "booked" and visit.starts_at > self.life.now:
                await replies.answer(Work(db, acting_for(visit), self.life.now), visit, reply)

        self.changes += 1
        self.life.write(answers)

    @precondition(lambda self: self._tokens())
    @rule(which=WHICH, event=st.sampled_from(("shown", "opened", "coming")))
    def hear_from_a_phone(self, which: int, event: Any) -> None:
        tokens = self._tokens()
        token = tokens[which % len(tokens)]

        async def hears(db: AsyncSession) -> None:
            if event == "coming":
                await replies.answer_by_token(db, token, event, self.life.now)
            else:
                await receipts.take_receipt(db, token, event, self.life.now)

        self.changes += 1
        self.life.write(hears)

    @rule(who=WHO, pauses=st.booleans(), days=st.sampled_from((None, 1, 3)))
    def pause_or_resume(self, who: str, pauses: bool, days: int | None) -> None:
        async def does(db: AsyncSession) -> None:
            patient = await self._patient(db, who)
            work = Work(db, acting_for(patient), self.life.now)
            if pauses:
                today = to_wall(self.life.now, patient.zone).date()
                until = today + timedelta(days=days) if days else None
                await pausing.pause(work, patient, PauseReason.HOSPITAL, until)
            else:
                await resume(work, patient)

        self.life.write(does)

    def _tokens(self) -> list[str]:
        return [token for sent in self.life.sent[-5:] if (token := token_in(sent))]

    async def _visit(self, db: AsyncSession, which: int) -> Appointment:
        return await db.get_one(Appointment, self.visits[which % len(self.visits)])

    async def _patient(self, db: AsyncSession, who: str) -> Patient:
        found = await db.scalars(select(Patient))
        return next(patient for patient in found if patient.name == NAMES[who])


def acting_for(row: Patient | Appointment) -> Actor:
    return system(row.clinic_id)
