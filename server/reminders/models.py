"""Tables: reminders, and the attempts to deliver them."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.channels.protocol import ChannelName
from server.crypto import Sealed
from server.db import Base, OfClinic
from server.reminders.states import AttemptState, Audience, Reason, ReminderKind, ReminderState

STAFFS = text("staff_id IS NOT NULL")


class Reminder(OfClinic, Base):
    """One message that is due. Its id is the push Topic and the notification's tag."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("subject_id", "kind", "moment", "audience"),
        Index("ix_reminder_due", "state", "next_at"),
        Index("ix_reminder_next_channel", "state", "next_channel_at"),
        Index("ix_reminder_notified", "patient_id", "notified_at"),
        Index("ix_reminder_ending", "clinic_id", "expires_at"),
        Index("ix_reminder_staff", "clinic_id", "moment", sqlite_where=STAFFS, postgresql_where=STAFFS),
    )

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    audience: Mapped[Audience] = mapped_column(String(32), default="patient")
    kind: Mapped[ReminderKind]
    subject_id: Mapped[str] = mapped_column(String(32))
    moment: Mapped[datetime]
    expires_at: Mapped[datetime]
    path: Mapped[str] = mapped_column(String(200))
    detail_sealed: Mapped[bytes | None]
    detail = Sealed[str | None]("reminder.detail")
    state: Mapped[ReminderState] = mapped_column(default=ReminderState.SCHEDULED)
    reason: Mapped[Reason | None] = mapped_column(String(60))
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    channel_index: Mapped[int] = mapped_column(default=0)
    next_channel_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    carrier_id: Mapped[str | None] = mapped_column(ForeignKey("reminder.id"), index=True)
    notified_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]

    @property
    def was_claimed_before(self) -> bool:
        """Whether a claimed reminder was claimed before. If not, it has no attempts and no members yet."""
        return self.fence > 1


class Attempt(OfClinic, Base):
    """One attempt on one channel, stored before it is made."""

    __tablename__ = "attempt"

    reminder_id: Mapped[str] = mapped_column(ForeignKey("reminder.id"), index=True)
    channel: Mapped[ChannelName]
    service: Mapped[str] = mapped_column(String(253), default="")
    subscription_id: Mapped[str | None] = mapped_column(ForeignKey("subscription.id"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[AttemptState]
    fence: Mapped[int]
    status: Mapped[int | None]
    reason: Mapped[Reason | None] = mapped_column(String(200))
    delay: Mapped[float | None] = mapped_column(Float)  # seconds between due time and start; first attempt only
    started_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    shown_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]  # since then its token accepts no answer: the subject changed
