"""Random events in any order. The laws hold after each step."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, system
from server.appointments import booking
from server.appointments import flow as appointments
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.appointments.replies import flow as replies
from server.appointments.rules import AppointmentStatus, BadAppointment
from server.channels.protocol import Outcome, Result
from server.clock import to_wall
from server.db import Work
from server.delivery import receipts
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import PauseReason
from server.reminders.states import Reply
from tests.cast import NAMES, NOW
from tests.faults import laws
from tests.faults.cradle import Cradle, subscribe
from tests.faults.life import ACCEPTED, Deadly, Life, Sent, token_in

ANSWERS = {
    "accepted": ACCEPTED,
    "busy": Outcome(Result.LATER, 503),
    "429": Outcome(Result.LATER, 429, retry_after=900.0),
    "gone": Outcome(Result.GONE, 410),
    "refused": Outcome(Result.REFUSED, 403),
    "too long": Outcome(Result.REJECTED, 413),
    "unknown": Outcome(Result.UNKNOWN),
}
WHO = st.sampled_from(("rosa", "walter"))
HOURS = st.sampled_from((1, 3, 5, 26, 30, 80))
SECONDS = st.sampled_from((1, 20, 61, 300, 1800, 3600, 7200, 28800, 86400))
JUMPS = st.sampled_from((-7200, -3600, -900, 900, 3600, 7200))
WHICH = st.integers(0, 50)
DEADLY = st.builds(
    Deadly, st.sampled_from(("send", "commit")), st.sampled_from(("before", "after")), after=st.integers(1, 4)
)


class Lives(RuleBasedStateMachine):
    """The runner supplies `cradle`. `steps` counts the steps of all lives."""

    cradle: ClassVar[Cradle]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.life: Life = self.cradle.born()
        self.life.on_send = self._judge
        self.broken: list[str] = []
        self.visits: list[str] = []
        self.changes, self.jumped = 0, 0.0

    def _judge(self, sent: Sent) -> None:
        self.broken += laws.of_sending(self.life, sent)

    def teardown(self) -> None:
        try:
            if not self.broken:
                self._until_all_has_ended()
        finally:
            self.life.end()

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

    @rule(who=WHO, pauses=st.booleans())
    def pause_or_resume(self, who: str, pauses: bool) -> None:
        async def does(db: AsyncSession) -> None:
            patient = await self._patient(db, who)
            if pauses:
                await people.pause(Work(db, acting_for(patient), self.life.now), patient, PauseReason.HOSPITAL)
            else:
                await people.resume(Work(db, acting_for(patient), self.life.now), patient)

        self.life.write(does)

    @rule(line=st.sampled_from(("push", "push", "text", "email")), says=st.sampled_from(sorted(ANSWERS)))
    def a_service_changes_its_answer(self, line: str, says: str) -> None:
        self.life.lines[line].says = ANSWERS[says]

    @rule(which=st.integers(0, 2), says=st.sampled_from(sorted(ANSWERS)))
    def one_phone_is_answered_otherwise(self, which: int, says: str) -> None:
        devices = [row["id"] for row in self.life.look("SELECT id FROM device ORDER BY id")]
        self.life.phones = {devices[which]: ANSWERS[says]}

    @rule(which=st.integers(0, 2))
    def a_phone_subscribes_anew(self, which: int) -> None:
        self.life.write(lambda db: subscribe(db, which, str(self.steps)))

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.life.pass_time(seconds)
        self._tick()

    @rule()
    def time_passes_until_something_is_due(self) -> None:
        due = self.life.next_due()
        if due is not None:
            self.life.pass_time(max((due - self.life.now).total_seconds(), 0))
        self._tick()

    @rule(deadly=DEADLY, seconds=SECONDS)
    def the_worker_is_killed(self, deadly: Deadly, seconds: int) -> None:
        self.life.pass_time(seconds)
        self.life.crash(deadly)

    @rule(seconds=JUMPS)
    def the_clock_jumps(self, seconds: int) -> None:
        self.jumped += abs(seconds)
        self.life.now += timedelta(seconds=seconds)
        sent, missed = len(self.life.sent), self._missed()
        self._tick()
        if not self.life.worker.watch.holds:  # this jump undid the one before, and the worker does the work that waited
            self.broken += [f"missed before it expired: {one}" for one in self._missed() - missed if self._is_open(one)]
            return
        if len(self.life.sent) != sent:
            self.broken.append("the jump alone made something go out")
        if self._missed() != missed:
            self.broken.append("the jump alone made something missed")

    @invariant()
    def no_law_is_broken(self) -> None:
        type(self).steps += 1
        days = (self.life.now - NOW).days
        self.broken += [*laws.of_world(self.life), *laws.of_growth(self.life, self.changes, days)]
        assert not self.broken, self.broken

    def _tick(self) -> None:
        self.life.tick()
        if not self.life.worker.watch.holds:
            self.broken += laws.of_ticked(self.life)

    def _missed(self) -> set[str]:
        return {row["id"] for row in self.life.look("SELECT id FROM reminder WHERE state = 'missed'")}

    def _is_open(self, reminder: str) -> bool:
        (row,) = self.life.look("SELECT expires_at FROM reminder WHERE id = ?", reminder)
        return datetime.fromisoformat(row["expires_at"]).replace(tzinfo=UTC) > self.life.now

    def _until_all_has_ended(self) -> None:
        """A jump settles and days pass. Whatever is still open then was forgotten."""
        self.life.pass_time(400)
        self._tick()
        for _ in range(4):
            self.life.pass_time(86400)
            self._tick()
        self.broken += laws.of_end(self.life)
        assert not self.broken, self.broken

    def _tokens(self) -> list[str]:
        return [token for sent in self.life.sent[-5:] if (token := token_in(sent))]

    async def _visit(self, db: AsyncSession, which: int) -> Appointment:
        return await db.get_one(Appointment, self.visits[which % len(self.visits)])

    async def _patient(self, db: AsyncSession, who: str) -> Patient:
        found = await db.scalars(select(Patient))
        return next(patient for patient in found if patient.name == NAMES[who])


def acting_for(row: Patient | Appointment) -> Actor:
    return system(row.clinic_id)
