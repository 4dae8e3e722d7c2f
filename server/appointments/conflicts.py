"""Questions to staff before a visit is saved: overlaps, closed hours, a mark that is early or final (case 118)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server import opening_hours
from server.appointments import lists, rules
from server.appointments.models import Appointment
from server.clock import to_wall
from server.db import Work
from server.people.models import Clinic, Patient

EARLY_FOR = timedelta(hours=12)  # nobody arrives so long before a visit


class ConflictKind(StrEnum):
    """`CLOSED`: the visit begins outside staffed hours. `RUNS_OVER`: it ends outside them. `EARLY`: it has not begun.
    `FINAL`: a cancelled visit stays cancelled.
    """

    OVERLAP = "overlap"
    CLOSED = "closed"
    RUNS_OVER = "runs-over"
    EARLY = "early"
    FINAL = "final"


@dataclass(frozen=True)
class Conflict:
    """`when`: the wall time of the visit in question. `other`: the wall time of a visit that it overlaps."""

    kind: ConflictKind
    when: datetime
    other: datetime | None = None


@dataclass(frozen=True)
class _Span:
    """When a visit begins, as wall time and as a moment, and the moment at which it ends."""

    wall: datetime
    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, wall: datetime, begins: datetime, minutes: int) -> "_Span":
        return cls(wall, begins, begins + timedelta(minutes=minutes))

    def overlaps(self, other: "_Span") -> bool:
        return self.begins < other.ends and other.begins < self.ends


def described(found: Sequence[Conflict]) -> str:
    """The questions as text, so that an answer counts only for the questions that staff saw."""
    return "\n".join(f"{conflict.kind} {conflict.when} {conflict.other}" for conflict in found)


async def of_times(
    work: Work, patient: Patient, starts: Sequence[datetime], minutes: int, moved: Appointment | None = None
) -> list[Conflict]:
    """The conflicts of visits at these wall times of the clinic's zone; `moved` is the visit that moves there.

    Raises BadAppointment for a time that no visit can have.
    """
    clinic = await work.db.get_one(Clinic, patient.clinic_id)
    zone = moved.zone if moved else clinic.zone
    wanted = [_Span.of(wall, rules.check_start(wall, zone, work.now), minutes) for wall in starts]
    others = await _booked(work, patient, moved)
    found = []
    for span in wanted:
        found += [Conflict(ConflictKind.OVERLAP, span.wall, other.wall) for other in others if span.overlaps(other)]
        found += _outside(span, clinic, zone)
        others.append(span)  # visits of one series may overlap each other
    return found


async def of_length(work: Work, appointment: Appointment, minutes: int) -> list[Conflict]:
    """The conflicts of a visit that becomes longer and keeps its start."""
    if minutes <= appointment.minutes:
        return []
    clinic = await work.db.get_one(Clinic, appointment.clinic_id)
    patient = await work.db.get_one(Patient, appointment.patient_id)
    span = _Span.of(appointment.starts, appointment.starts_at, minutes)
    others = [other for other in await _booked(work, patient, appointment) if span.overlaps(other)]
    over = [each for each in _outside(span, clinic, appointment.zone) if each.kind == ConflictKind.RUNS_OVER]
    return [Conflict(ConflictKind.OVERLAP, span.wall, other.wall) for other in others] + over


async def _booked(work: Work, patient: Patient, but: Appointment | None) -> list[_Span]:
    """The patient's booked visits, without this one."""
    return [
        _Span.of(visit.starts, visit.starts_at, visit.minutes)
        for visit in await lists.appointments_of(work.db, patient.id)
        if visit.status in rules.UPCOMING and (but is None or visit.id != but.id)
    ]


def _outside(span: _Span, clinic: Clinic, zone: str) -> list[Conflict]:
    """The conflict of a visit that begins or ends outside staffed hours, if any."""
    if not clinic.staffed_hours:
        return []
    if not opening_hours.is_open(clinic.staffed_hours, span.wall):
        return [Conflict(ConflictKind.CLOSED, span.wall)]
    open_for = opening_hours.between(span.begins, span.ends, clinic.staffed_hours, zone)
    wall_length = to_wall(span.ends, zone) - span.wall
    return [] if open_for >= wall_length else [Conflict(ConflictKind.RUNS_OVER, span.wall)]


def of_mark(appointment: Appointment, status: rules.AppointmentStatus, now: datetime) -> list[Conflict]:
    """Questions about a mark: a visit that ends before it begins, an arrival long before it, a cancellation."""
    if status == rules.AppointmentStatus.CANCELLED and status in rules.NEXT[appointment.status]:
        return [Conflict(ConflictKind.FINAL, appointment.starts)]
    over = (rules.AppointmentStatus.FULFILLED, rules.AppointmentStatus.NOSHOW)
    is_early = status == rules.AppointmentStatus.ARRIVED and appointment.starts_at > now + EARLY_FOR
    if is_early or (status in over and appointment.starts_at > now):
        return [Conflict(ConflictKind.EARLY, appointment.starts)]
    return []
