"""Tables: what we know of a number, the ids of messages that were taken, and replies for staff to read."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.crypto import Sealed
from server.db import Base, OfClinic
from server.people.texting.rules import NumberState, ReplyFrom


class TextNumber(Base):
    """Whether a number gets our texts: the last event of it. Clinics share it, because they share the provider."""

    __tablename__ = "text_number"

    number_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[NumberState]
    changed_at: Mapped[datetime]  # by the provider's clock


class TakenMessage(Base):
    """The id of a message from the text provider, as a hash, so that each message is taken once."""

    __tablename__ = "taken_message"

    message_hash: Mapped[str] = mapped_column(String(64), unique=True)
    received_at: Mapped[datetime] = mapped_column(index=True)


class TextReply(OfClinic, Base):
    """A text that somebody sent us and that staff have to read, under each person whose number it came from."""

    __tablename__ = "text_reply"
    __table_args__ = (Index("ix_text_reply_waiting", "clinic_id", "handled_at"),)

    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    author: Mapped[ReplyFrom]
    text_sealed: Mapped[bytes]
    text = Sealed[str]("text_reply.text")
    sent_at: Mapped[datetime]  # by the provider's clock
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
