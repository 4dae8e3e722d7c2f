"""Book one appointment or a series of them."""

from dataclasses import dataclass
from datetime import datetime

from server import audit
from server.appointments import rules
from server.appointments.appointment_reminders import replan
from server.appointments.models import Appointment, Series
from server.appointments.rules import AppointmentStatus
from server.db import Work
from server.people.models import Clinic, Patient


@dataclass(frozen=True)
class NewAppointment:
    starts: datetime  # wall time in the clinic's zone
    minutes: int = 60
    place: str = ""
    instructions: str | None = None


@dataclass(frozen=True)
class NewSeries:
    """`count` appointments on these weekdays, all with the time, length, place and instructions of `first`."""

    first: NewAppointment
    weekdays: frozenset[int]
    count: int


async def book(work: Work, patient: Patient, new: NewAppointment, series: Series | None = None) -> Appointment:
    """Book one appointment. Raises BadAppointment before it stores anything."""
    clinic = await work.db.get_one(Clinic, patient.clinic_id)
    appointment = Appointment(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        series_id=series.id if series else None,
        starts=new.starts,
        zone=clinic.zone,
        starts_at=rules.check_start(new.starts, clinic.zone, work.now),
        minutes=new.minutes,
        place=new.place or clinic.address,
        instructions=new.instructions,
        status=AppointmentStatus.BOOKED,
    )
    work.db.add(appointment)
    await work.db.flush()
    audit.record(work, "appointment.booked", appointment)
    await replan(work, patient, appointment)
    return appointment


async def book_series(work: Work, patient: Patient, new: NewSeries) -> list[Appointment]:
    """Book the whole series. On BadAppointment nothing is booked, because the caller rolls its transaction back."""
    days = rules.series_days(new.first.starts.date(), new.weekdays, new.count)
    series = Series(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        count=new.count,
        weekdays="".join(str(day) for day in sorted(new.weekdays)),
        made_at=work.now,
    )
    work.db.add(series)
    await work.db.flush()
    audit.record(work, "series.booked", series, count=new.count)
    hour = new.first.starts.time()
    return [await book(work, patient, _on(new.first, datetime.combine(day, hour)), series) for day in days]


def _on(new: NewAppointment, starts: datetime) -> NewAppointment:
    return NewAppointment(starts, new.minutes, new.place, new.instructions)
