"""Tables: rules that raise flags, and the flags."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.crypto import Sealed
from server.db import Base, OfClinic, unique_where


class TriggerRow(OfClinic, Base):
    """One rule of a clinic. A rule is never changed in place: it ends, and another begins."""

    __tablename__ = "trigger"

    slug: Mapped[str] = mapped_column(String(60), index=True)
    item: Mapped[str] = mapped_column(String(60))
    condition: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int]
    severity: Mapped[str] = mapped_column(String(10))
    screen: Mapped[str] = mapped_column(String(20), default="")
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Flag(OfClinic, Base):
    """Something a person has to look at and act on. Open until an outcome; one open for a patient and item."""

    __tablename__ = "flag"
    __table_args__ = (
        unique_where("uq_flag_open", "patient_id", "item", condition="done_at IS NULL"),
        Index("ix_flag_inbox", "clinic_id", "done_at", "due_at"),
    )

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    check_in_id: Mapped[str] = mapped_column(ForeignKey("check_in.id"), index=True)
    response_id: Mapped[str | None] = mapped_column(ForeignKey("response.id"))
    trigger_id: Mapped[str] = mapped_column(ForeignKey("trigger.id"))
    slug: Mapped[str] = mapped_column(String(60))
    item: Mapped[str] = mapped_column(String(60))
    severity: Mapped[str] = mapped_column(String(10))
    reason_sealed: Mapped[bytes]
    reason = Sealed[str]()
    urgency: Mapped[str | None] = mapped_column(String(10))
    raised_at: Mapped[datetime]
    news_at: Mapped[datetime]
    due_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    owned_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    note_sealed: Mapped[bytes | None]
    note = Sealed[str | None]()
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
