"""Tables: which questionnaire a patient gets when, and each due check-in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.checkins.rules import CheckInState, Rhythm
from server.crypto import Sealed
from server.db import Base, OfClinic, unique_where


class Plan(OfClinic, Base):
    """Which questionnaire a patient gets, and how often: recurring, or before or after each appointment."""

    __tablename__ = "plan"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    slug: Mapped[str] = mapped_column(String(60))
    rhythm: Mapped[Rhythm]
    at: Mapped[str] = mapped_column(String(5))
    weekday: Mapped[int | None]
    starts_on: Mapped[str] = mapped_column(String(10))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    end_reason_sealed: Mapped[bytes | None]
    end_reason = Sealed[str | None]("plan.end_reason")


class CheckIn(OfClinic, Base):
    """One due occasion. It is open from `due_at` until `closes_at`, unless it was answered or cancelled.

    `day` is the patient's local day that a recurring check-in belongs to; it stays when the zone changes.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        unique_where("uq_check_in_occasion", "plan_id", "due_at", rows="appointment_id IS NULL"),
        unique_where("uq_check_in_visit", "plan_id", "appointment_id", rows="state = 'waiting'"),
        Index("ix_check_in_open", "state", "closes_at"),
        Index("ix_check_in_unanswered", "clinic_id", "state", "due_at"),
        Index("ix_check_in_plan", "plan_id", "due_at"),
    )

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"))
    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaire.id"))
    appointment_id: Mapped[str | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    client_id: Mapped[str] = mapped_column(String(40), unique=True)
    day: Mapped[str | None] = mapped_column(String(10))
    due_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    state: Mapped[CheckInState] = mapped_column(default=CheckInState.WAITING)
    left_to_patient: Mapped[bool] = mapped_column(default=False)  # sent, but the private questions wait for the patient
