"""Tables: appointments and their series, and ends of care."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.actor import ActorKind
from server.appointments.rules import AppointmentStatus
from server.crypto import Sealed
from server.db import Base, OfClinic
from server.people.rules import PauseReason
from server.reminders.states import Reply


class Series(OfClinic, Base):
    """Appointments that were booked together."""

    __tablename__ = "series"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    count: Mapped[int]
    weekdays: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime]


class EndOfCare(OfClinic, Base):
    """A record of a death or of hospice care: who made it, and, if it was a mistake, who reversed it and why."""

    __tablename__ = "end_of_care"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    pause_reason: Mapped[PauseReason]
    ended_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))  # None: taken over from a pause
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    reason_sealed: Mapped[bytes | None]
    reason = Sealed[str | None]("end_of_care.reason")


class Appointment(OfClinic, Base):
    """One booked time. The clinic and the patient agreed on wall time and zone; `starts_at` (UTC) is derived from them.

    `moved_from`: the previous wall time that the patient or a caregiver knew of; None if there is none.
    """

    __tablename__ = "appointment"
    __table_args__ = (Index("ix_appointment_day", "clinic_id", "starts_at"),)

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    series_id: Mapped[str | None] = mapped_column(ForeignKey("series.id"))
    status: Mapped[AppointmentStatus] = mapped_column(default=AppointmentStatus.BOOKED)
    starts: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    moved_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    zone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(200), default="")
    instructions_sealed: Mapped[bytes | None]
    instructions = Sealed[str | None]("appointment.instructions")
    reply: Mapped[Reply | None]
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[ActorKind | None]  # None with a reply: somebody, by a link that several people got
    handled_at: Mapped[datetime | None]
    changes: Mapped[int] = mapped_column(default=0)
    end_of_care_id: Mapped[str | None] = mapped_column(ForeignKey("end_of_care.id"))  # the record that cancelled it

    @property
    def shown(self) -> str:
        """The mark that a page sends back with an answer, so that the answer counts only for the time on screen."""
        return f"{self.starts.isoformat()} {self.zone}"

    @property
    def shown_to_mark(self) -> str:
        return f"{self.shown} {self.status}"

    @property
    def replied_mark(self) -> str:
        """The mark of the reply that a page showed."""
        return str(self.replied_at and self.replied_at.isoformat())

    @property
    def shown_to_reply(self) -> str:
        return f"{self.shown} {self.replied_mark}"
