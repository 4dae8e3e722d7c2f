"""Whole days of Rosa's, with any quiet hours, zone, channel policy, time of check-ins and faulty channels.

What the worker sends is judged by Rosa's wall clock, which zoneinfo alone gives here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.actor import system
from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.channels.protocol import ChannelName, Outcome, Result
from server.checkins import plans, rescheduling
from server.clock import to_wall
from server.db import Work
from server.people import flow as people
from server.people.models import Clinic, Patient
from server.reminders.channel_policies import flow as policies
from server.reminders.channel_policies.validation import CHANNELS, KINDS, PolicyChange
from server.reminders.quiet_hours import flow as quiet_hours
from server.reminders.states import ReminderKind
from tests.cast import NAMES
from tests.faults.laws import moment
from tests.faults.life import ACCEPTED, Life, Sent
from tests.faults.life_database import KEYRING, open_life_database

DAYS = 2
MINUTE = timedelta(minutes=1)
ENOUGH = timedelta(hours=1)  # to answer a check-in once the quiet hours are over
ZONES = ("America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Europe/Madrid", "Australia/Lord_Howe")
BUSY, REFUSED, UNKNOWN = Outcome(Result.LATER, 503), Outcome(Result.REFUSED, 403), Outcome(Result.UNKNOWN)
A_REMINDER = """
SELECT r.*, c.due_at, c.closes_at FROM reminder r LEFT JOIN check_in c ON c.id = r.subject_id WHERE r.id = ?
"""
EACH_MISSED = """
SELECT r.* FROM reminder r WHERE r.state = 'missed' AND r.kind IN ('visit', 'check-in', 'nudge')
AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.reminder_id IN (r.id, r.carrier_id))
"""
HALF_HOURS = st.integers(0, 47).map(lambda n: time(n // 2, n % 2 * 30))
STEPS = st.lists(
    st.tuples(st.sampled_from(CHANNELS), st.sampled_from((5, 30, 240, 720))),
    min_size=1,
    max_size=3,
    unique_by=lambda step: step[0],
)


@dataclass(frozen=True)
class Days:
    """`faulty` channels answer with their fault for the first hours, then accept."""

    zone: str
    quiet: tuple[time, time]
    policy: dict[ReminderKind, list[tuple[ChannelName, int]]]
    check_in_at: time
    visit_in: timedelta
    faulty: dict[str, Outcome]
    mended_after: timedelta

    def is_quiet(self, at: datetime) -> bool:
        start, end = self.quiet
        now = at.astimezone(ZoneInfo(self.zone)).time()
        return start <= now < end if start < end else now >= start or now < end

    def quiet_ends(self, at: datetime) -> datetime:
        return next(end for end in (at + timedelta(minutes=n) for n in range(1500)) if not self.is_quiet(end))


@st.composite
def any_days(draw: st.DrawFn) -> Days:
    return Days(
        zone=draw(st.sampled_from(ZONES)),
        quiet=draw(st.tuples(HALF_HOURS, HALF_HOURS).filter(lambda pair: pair[0] != pair[1])),
        policy={kind: draw(STEPS) for kind in KINDS},
        check_in_at=draw(HALF_HOURS),
        visit_in=timedelta(minutes=draw(st.integers(3 * 60, DAYS * 24 * 60))),
        faulty=draw(st.dictionaries(st.sampled_from(CHANNELS), st.sampled_from((BUSY, REFUSED, UNKNOWN)))),
        mended_after=timedelta(hours=draw(st.integers(1, 24))),
    )


@dataclass
class Found:
    """`broken`: what was wrong in the days described by `days`, once hypothesis has found the simplest."""

    lives: int = 0
    broken: list[str] = field(default_factory=list)


def live(lives: int, first: int, tell: Callable[[int], None] = lambda _: None) -> Found:
    """Live so many times through such days. The same `first` seed lives through the same ones."""
    found = Found()
    crypto.use(KEYRING)
    with open_life_database() as made:

        @seed(first)
        @settings(
            max_examples=lives,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(days=any_days())
        def one(days: Days) -> None:
            life = made.new_life()
            try:
                found.broken += [f"{each} ({days})" for each in _lived(life, days)]
            finally:
                life.end()
            found.lives += 1
            tell(found.lives)

        one()
    return found


def _lived(life: Life, days: Days) -> list[str]:
    wrong: list[str] = []
    life.on_send = lambda sent: wrong.extend(_of_sent(life, days, sent))
    life.write(lambda db: _begin(db, life.now, days))
    end = life.now + timedelta(days=DAYS)
    mended = life.now + days.mended_after
    while life.now < end:
        for name, line in life.lines.items():
            line.says = ACCEPTED if life.now >= mended else days.faulty.get(name, ACCEPTED)
        life.tick()
        due = life.next_due() or end
        life.pass_time(min(max((due - life.now).total_seconds(), 20), 1800))
    return wrong + list(_of_end(life, days))


async def _begin(db: AsyncSession, now: datetime, days: Days) -> None:
    rosa = next(patient for patient in await db.scalars(select(Patient)) if patient.name == NAMES["rosa"])
    work = Work(db, system(rosa.clinic_id), now)
    await policies.change(work, await db.get_one(Clinic, rosa.clinic_id), PolicyChange(days.policy, 14))
    rosa.zone = days.zone
    start, end = days.quiet
    await people.set_quiet(work, rosa, f"{start:%H:%M}", f"{end:%H:%M}")
    await plans.set_time(work, rosa, days.check_in_at)
    await rescheduling.recalculate(db, now, rosa.id)
    await quiet_hours.apply_quiet_hours(work, rosa)
    starts = to_wall(now + days.visit_in, "America/New_York")
    await booking.book(work, rosa, NewAppointment(starts))


def _of_sent(life: Life, days: Days, sent: Sent) -> Iterator[str]:
    """What is wrong with sending this now."""
    [row] = life.look(A_REMINDER, sent.message.id)
    if row["kind"] in ("check-in", "nudge"):
        if not moment(row["due_at"]) <= life.now < moment(row["closes_at"]):
            yield f"a {row['kind']} sent at {life.now}, open from {row['due_at']} to {row['closes_at']}"
        last = moment(row["expires_at"]) - ENOUGH
    elif row["kind"] == "visit":
        last = moment(row["expires_at"]) - MINUTE
    else:
        return  # a change, which sounds at any hour
    if not days.is_quiet(life.now):
        return
    if days.quiet_ends(life.now) <= last:
        yield f"a {row['kind']} in quiet hours that could wait until {days.quiet_ends(life.now)}: {life.now}"
    if row["kind"] != "visit" and row["channel_index"] > 0:
        yield f"a {row['kind']} in quiet hours on its second channel: {life.now}"


def _of_end(life: Life, days: Days) -> Iterator[str]:
    """What the person should have heard of, and did not."""
    for row in life.look(EACH_MISSED):
        yield f"a {row['kind']} of {row['moment']} was missed: {row['reason']}"
