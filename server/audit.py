"""The append-only audit log, written in the same transaction as the change."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.actor import ActorKind
from server.db import Base, OfClinic, Work


class AuditEvent(OfClinic, Base):
    """Who saw or changed what, and when."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject_id", "at"),
        Index("ix_audit_event_newest", "clinic_id", "at"),
    )

    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[str] = mapped_column(String(40))
    verb: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record(work: Work, verb: str, subject: Base, **detail: str | int | bool) -> None:
    """Add one event about `subject`. `detail` holds ids, states and counts, never what a person wrote."""
    work.db.add(
        AuditEvent(
            clinic_id=work.actor.clinic_id,
            at=work.now,
            actor_kind=work.actor.kind,
            actor_id=work.actor.id,
            verb=verb,
            subject=subject.__tablename__,
            subject_id=subject.id,
            detail=dict(detail),
        )
    )
