"""The recurring ticks: what runs, and how often. All state is in the database; the ticks only read and update it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server import double_presses
from server.appointments import rescheduling as appointment_rescheduling
from server.appointments.replies import after_hours
from server.checkins import flow as checkins
from server.checkins import rescheduling as checkin_rescheduling
from server.devices import health
from server.flags.escalation import flow as escalation
from server.people.texting import flow as texting
from server.reminders.quiet_hours import flow as quiet_hours
from server.responses.submission import closing
from server.worker.clock_repair import appointments as appointment_repair
from server.worker.clock_repair import check_ins as check_in_repair
from server.worker.clock_repair import flags as flag_repair
from server.worker.clock_repair import pauses as pause_repair
from server.worker.clock_repair import reminders as reminder_repair
from server.worker.worker import Worker

Verb = Callable[[AsyncSession, datetime], Awaitable[object]]


@dataclass(frozen=True)
class Tick:
    """A recurring job that runs every `every` seconds; `says` describes it to an operator."""

    name: str
    every: float
    says: str
    run: Callable[[Worker], Awaitable[None]]


def _writes(*verbs: Verb) -> Callable[[Worker], Awaitable[None]]:
    """A tick that runs these functions in one transaction, all with the same time.

    It reads the clock after it has the write lock: the clock could jump during the wait for the lock.
    """

    async def run(worker: Worker) -> None:
        async with worker.database.writing() as db:
            now = worker.trusted_now()
            if now is None:
                return
            for verb in verbs:
                await verb(db, now)

    return run


RECALCULATIONS = (
    appointment_rescheduling.recalculate,
    checkin_rescheduling.recalculate,
    quiet_hours.apply_all_quiet_hours,
)

# Repairs to run once a clock that was ahead is right.
REPAIRS = (
    check_in_repair.reopen_all,
    appointment_repair.restore_appointments,
    reminder_repair.bring_forward,
    pause_repair.restore_pauses,
    health.forget_future_asks,
    flag_repair.bring_forward,
)
REPAIR = "repair"
TICKS: tuple[Tick, ...] = (
    Tick(
        "lay-out",
        3600,
        "Create the check-ins of the coming days and plan their reminders.",
        _writes(checkins.schedule_all),
    ),
    Tick(REPAIR, 600, "Undo what ended or was postponed because the clock was ahead.", _writes(*REPAIRS)),
    Tick(
        "close",
        60,
        "Close check-ins whose window has ended, and submit what was answered.",
        _writes(closing.close_ended),
    ),
    Tick(
        "forget",
        3600,
        "Delete the once-only keys of forms that were sent days ago, and the ids of texts that came weeks ago.",
        _writes(double_presses.forget, texting.forget),
    ),
    Tick("ping", 60, "Tell the outside monitor that reminders go out.", Worker.ping),
    Tick(
        "reckon",
        600,
        "Keep visits and check-ins at their wall time after a change of zone or zone rules.",
        _writes(*RECALCULATIONS),
    ),
    Tick(
        "escalate",
        30,
        "Notify the next on-call contact of a flag that nobody has taken, or of a late reply to a visit.",
        _writes(escalation.escalate, after_hours.escalate),
    ),
    Tick(
        "ask",
        3600,
        "Ask the people whose devices have been silent for long, once, to open the app.",
        _writes(health.ask_silent),
    ),
)
