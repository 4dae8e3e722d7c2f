"""Find what waits for the other patients whom a caregiver helps on this phone (case 97)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from server.actor import Actor
from server.appointments import lists as appointment_lists
from server.appointments.models import Appointment
from server.db import Work, works_of
from server.responses import lookup

SOON = timedelta(days=2)


@dataclass(frozen=True)
class Waiting:
    """`visit` is the next visit, if nobody has replied to it yet or if it is soon."""

    check_ins: int
    visit: Appointment | None
    cancelled: Appointment | None


async def waiting_for(work: Work, others: Iterable[Actor]) -> dict[str, Waiting]:
    """Device id → what waits for that device's patient."""
    return {other.actor.device_id: await _waiting(other) for other in works_of(work, others)}


async def _waiting(work: Work) -> Waiting:
    patient_id = work.actor.patient_id
    visit = await appointment_lists.next_appointment(work.db, patient_id, work.now)
    matters = visit is not None and (visit.reply is None or visit.starts_at < work.now + SOON)
    cancelled = await appointment_lists.cancelled_ahead(work.db, patient_id, work.now)
    return Waiting(len(await lookup.open_now(work)), visit if matters else None, cancelled)
