"""The Not reached tab: who saw no reminder, has not confirmed, has no phone that takes pushes, or gets no texts."""

from dataclasses import dataclass
from datetime import datetime

from server.appointments import lists
from server.appointments.models import Appointment
from server.appointments.rules import CALL_AHEAD
from server.db import Work
from server.desk.inbox import rows as inbox_rows
from server.devices import health
from server.devices.health_rules import PushHealth
from server.people import calls, unreadable_numbers
from server.people.models import Patient
from server.people.texting import blocked_numbers, numbers
from server.people.texting.blocked_numbers import BlockedNumber
from server.people.texting.models import TextNumber
from server.people.unreadable_numbers import Unreadable
from server.reminders import status
from server.reminders.models import Reminder


@dataclass(frozen=True)
class Unreached:
    """`blocks`: patient id → why texts to them are blocked."""

    reminders: list[tuple[Reminder, Patient]]
    unconfirmed: list[tuple[Appointment, Patient]]
    unreachable: list[tuple[Patient, PushHealth]]
    numbers: list[Unreadable]
    blocked: list[BlockedNumber]
    blocks: dict[str, TextNumber]

    @property
    def count(self) -> int:
        appointments = {reminder.subject_id for reminder, _ in self.reminders} | {
            appointment.id for appointment, _ in self.unconfirmed
        }
        return len(appointments) + len(self.unreachable) + len(self.numbers) + len(self.blocked)


async def of(work: Work) -> Unreached:
    silent = await status.not_reached(work)
    unconfirmed = await lists.unconfirmed(work)
    coming = await lists.who_comes(work)
    ids = (
        coming | {reminder.patient_id for reminder in silent} | {appointment.patient_id for appointment in unconfirmed}
    )
    patients = await inbox_rows.patients_of(work.db, work.actor, ids)
    reached = await calls.last_reached(work.db, ids)
    for patient_id, at in (await lists.last_recorded_replies(work, ids)).items():
        reached[patient_id] = max(at, reached.get(patient_id, at))

    def waits(patient_id: str, since: datetime) -> bool:
        """Whether nobody has reached this patient since then, by a "reached" call or a recorded reply (case 119)."""
        return patient_id not in reached or reached[patient_id] < since

    lately = work.now - CALL_AHEAD
    return Unreached(
        [(r, patients[r.patient_id]) for r in silent if waits(r.patient_id, r.moment)],
        [(a, patients[a.patient_id]) for a in unconfirmed if waits(a.patient_id, a.starts_at - CALL_AHEAD)],
        await health.not_reachable(work, [patients[id_] for id_ in coming if waits(id_, lately)]),
        await unreadable_numbers.worklist(work.db, work.actor),
        await blocked_numbers.worklist(work.db, work.actor),
        await numbers.blocked_of(work.db, patients.values()),
    )
