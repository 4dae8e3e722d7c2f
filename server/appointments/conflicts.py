"""What staff are asked before a visit is saved: overlaps, closed hours, a mark too early or for good (case 118)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server import opening_hours
from server.appointments import lists, rules
from server.appointments.models import Appointment
from server.db import Work
from server.people.models import Clinic, Patient


class ConflictKind(StrEnum):
    """`CLOSED`: it begins outside the hours when somebody is there. `EARLY`: it has not begun yet. `FINAL`: a cancelled
    visit stays cancelled.
    """

    OVERLAP = "overlap"
    CLOSED = "closed"
    EARLY = "early"
    FINAL = "final"


@dataclass(frozen=True)
class Conflict:
    """`when` is the wall time of the visit in question; `other` the wall time of one that it overlaps."""

    kind: ConflictKind
    when: datetime
    other: datetime | None = None


async def of_times(
    work: Work, patient: Patient, starts: Sequence[datetime], minutes: int, moved: Appointment | None = None
) -> list[Conflict]:
    """The conflicts of visits at these wall times of the clinic's zone; `moved` is the visit that moves there.

    Raises BadAppointment for a time that no visit can have.
    """
    clinic = await work.db.get_one(Clinic, patient.clinic_id)
    zone = moved.zone if moved else clinic.zone
    booked = [
        visit
        for visit in await lists.appointments_of(work.db, patient.id)
        if visit.status in rules.UPCOMING and (moved is None or visit.id != moved.id)
    ]
    found = []
    for wall in starts:
        begins = rules.check_start(wall, zone, work.now)
        ends = begins + timedelta(minutes=minutes)
        found += [
            Conflict(ConflictKind.OVERLAP, wall, visit.starts)
            for visit in booked
            if visit.starts_at < ends and begins < visit.starts_at + timedelta(minutes=visit.minutes)
        ]
        if clinic.staffed_hours and not opening_hours.is_open(clinic.staffed_hours, wall):
            found.append(Conflict(ConflictKind.CLOSED, wall))
    return found


def of_mark(appointment: Appointment, status: rules.AppointmentStatus, now: datetime) -> list[Conflict]:
    """Whether a visit is marked as completed or missed before it began, or is cancelled: both are asked about."""
    if status == rules.AppointmentStatus.CANCELLED and status in rules.NEXT[appointment.status]:
        return [Conflict(ConflictKind.FINAL, appointment.starts)]
    over = (rules.AppointmentStatus.FULFILLED, rules.AppointmentStatus.NOSHOW)
    if status in over and appointment.starts_at > now:
        return [Conflict(ConflictKind.EARLY, appointment.starts)]
    return []
