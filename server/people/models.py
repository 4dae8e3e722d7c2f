"""Tables: clinics, staff members, patients, caregivers and phone calls."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.actor import Role
from server.crypto import Sealed
from server.db import Base, OfClinic
from server.people.pauses import rules as pauses
from server.people.pauses.rules import Pause
from server.people.rules import CONSENT_WITHDRAWN, ENDS_CARE, CallOutcome, ContactBy, NameInMessages, PauseReason
from server.typed import email_address


class Clinic(Base):
    """A clinic with its name, zone, phone numbers and settings. Every other row belongs to one."""

    __tablename__ = "clinic"

    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))  # ISO 3166: the country whose rules parse its phone numbers
    text_countries: Mapped[list[Any]] = mapped_column(default=list)  # ISO 3166 codes; empty: the clinic's country alone
    # Each number as typed, and the string that a device dials; None if the number could not be parsed.
    phone: Mapped[str] = mapped_column(String(40))
    phone_tel: Mapped[str | None] = mapped_column(String(40))
    emergency_number: Mapped[str] = mapped_column(String(40))
    emergency_number_tel: Mapped[str | None] = mapped_column(String(40))
    crisis_line: Mapped[str] = mapped_column(String(40))
    crisis_line_tel: Mapped[str | None] = mapped_column(String(40))
    crisis_line_texts: Mapped[bool] = mapped_column(default=False)  # whether it answers text messages too
    address: Mapped[str] = mapped_column(String(300), default="")
    staffed_hours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    visit_instructions: Mapped[str] = mapped_column(default="")
    channel_policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    silent_days: Mapped[int] = mapped_column(default=14)
    on_call_wait: Mapped[int] = mapped_column(default=10)  # minutes an urgent flag waits for each contact


class Staff(OfClinic, Base):
    """A person's account at one clinic, with a role and credentials. The same person may have one at another."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("clinic_id", "email_hash"),)

    name_sealed: Mapped[bytes]
    name = Sealed[str]("staff.name")
    email_sealed: Mapped[bytes]
    email = Sealed[str]("staff.email")
    email_hash: Mapped[str] = mapped_column(String(64), index=True)
    phone_sealed: Mapped[bytes | None]
    phone = Sealed[str | None]("staff.phone")
    phone_tel_sealed: Mapped[bytes | None]
    phone_tel = Sealed[str | None]("staff.phone_tel", looked_up_as="phone")
    phone_tel_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    on_call: Mapped[int | None]  # position in the on-call rota, from 1; None: not on call
    role: Mapped[Role]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_sealed: Mapped[bytes | None]
    totp = Sealed[str | None]("staff.totp")
    totp_step: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]


class Patient(OfClinic, Base):
    """A person whom the clinic treats, with contacts, zone, language and choices."""

    __tablename__ = "patient"

    name_sealed: Mapped[bytes]
    name = Sealed[str]("patient.name")
    birth_date_sealed: Mapped[bytes | None]
    birth_date = Sealed[str | None]("patient.birth_date")  # ISO 8601, such as 1961-03-14
    record_number_sealed: Mapped[bytes | None]
    record_number = Sealed[str | None]("patient.record_number")
    phone_sealed: Mapped[bytes | None]
    phone = Sealed[str | None]("patient.phone")
    phone_tel_sealed: Mapped[bytes | None]
    phone_tel = Sealed[str | None]("patient.phone_tel", looked_up_as="phone")
    phone_tel_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    email_sealed: Mapped[bytes | None]
    email = Sealed[str | None]("patient.email", looked_up_as="email", compared=email_address.compared)
    email_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    caregiver_phone_sealed: Mapped[bytes | None]
    caregiver_phone = Sealed[str | None]("patient.helper_phone")
    caregiver_phone_tel_sealed: Mapped[bytes | None]
    caregiver_phone_tel = Sealed[str | None]("patient.helper_phone_tel", looked_up_as="phone")
    caregiver_phone_tel_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    instructions_sealed: Mapped[bytes | None]
    instructions = Sealed[str | None]("patient.instructions")
    contact: Mapped[ContactBy] = mapped_column(default=ContactBy.NOT_CHOSEN)
    zone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(10), default="en")
    detailed_text: Mapped[bool] = mapped_column(default=False)
    name_in_messages: Mapped[NameInMessages] = mapped_column(default=NameInMessages.FIRST, server_default="first")
    text_consent_at: Mapped[datetime | None]
    email_stopped_at: Mapped[datetime | None]
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[PauseReason | None]
    paused_until: Mapped[date | None] = mapped_column(index=True)  # a day in the patient's zone; None: no end
    # The pause that an end of care overruled, or that ended by itself. It counts again if that was a mistake.
    former_pause: Mapped[PauseReason | None]
    former_pause_until: Mapped[date | None] = mapped_column(index=True)

    @property
    def has_care_ended(self) -> bool:
        """Whether the patient has died or is in hospice care: no visit, plan or pairing code may follow (case 117)."""
        return self.paused_at is not None and self.pause_reason in ENDS_CARE

    @property
    def has_died(self) -> bool:
        return self.has_care_ended and self.pause_reason == PauseReason.DEATH

    @property
    def has_withdrawn_consent(self) -> bool:
        return self.paused_at is not None and self.pause_reason == CONSENT_WITHDRAWN

    @property
    def pause_shown(self) -> str:
        """The mark of the pause that a page shows. An act on it is refused if this has changed (case 89)."""
        if self.paused_at is None:
            return "none"
        return f"{self.pause_reason} {self.paused_at:%Y-%m-%dT%H:%M:%S.%f} {self.paused_until or ''}".rstrip()

    def is_pause_over(self, now: datetime) -> bool:
        """Whether the day that ends the pause has begun, although the worker has not ended it yet."""
        return self.paused_at is not None and pauses.is_over(self.paused_until, self.zone, now)

    def former_pause_left(self, now: datetime) -> Pause | None:
        """The former pause, unless its end has passed."""
        if self.former_pause is None or pauses.is_over(self.former_pause_until, self.zone, now):
            return None
        return Pause(self.former_pause, self.former_pause_until)


class Caregiver(OfClinic, Base):
    """A partner, child or friend who helps a patient and may answer for them."""

    __tablename__ = "caregiver"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    name_sealed: Mapped[bytes]
    name = Sealed[str]("caregiver.name")
    relation: Mapped[str] = mapped_column(String(40), default="")
    may_approve: Mapped[bool] = mapped_column(default=False)  # may approve a new device of the patient's
    ended_at: Mapped[datetime | None]


class PhoneCall(OfClinic, Base):
    """A phone call from a staff member to a patient, or to the person whom the patient wants to be called."""

    __tablename__ = "phone_call"
    __table_args__ = (Index("ix_phone_call_patient", "patient_id", "at"),)

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[CallOutcome]
    note_sealed: Mapped[bytes | None]
    note = Sealed[str | None]("phone_call.note")
    at: Mapped[datetime]
