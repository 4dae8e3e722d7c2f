"""The append-only audit log, written in the same transaction as the change."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.actor import ActorKind
from server.db import Base, OfClinic, Work

# What was done. These words are stored; `desk.audit_words` has what staff read.
AuditVerb = Literal[
    "answer.copied", "answer.kept", "appointment.answered", "appointment.arrived", "appointment.booked",
    "appointment.cancelled", "appointment.contact-notified", "appointment.corrected", "appointment.fulfilled",
    "appointment.handled", "appointment.moved", "appointment.nobody-on-call", "appointment.noshow", "attempt.answered",
    "appointment.proposed", "appointment.recalculated", "appointment.restored", "attempt.not-delivered", "call.logged",
    "attempt.opened", "attempt.shown", "care.end-reversed", "care.ended", "caregiver.added", "caregiver.ended",
    "caregiver.may-approve", "check-in.answer-superseded", "check-in.answered-late", "check-in.cancelled",
    "check-in.missed", "check-in.moved", "check-in.recalculated", "check-in.refused", "check-in.reopened",
    "check-in.resumed", "check-in.scheduled", "clinic.changed", "clinic.channel-policy", "clinic.on-call-wait",
    "device.asked", "device.ended", "device.joined", "device.not-asked", "device.renamed", "device.seen", "flag.closed",
    "expected-level.ended", "expected-level.set", "flag.assigned", "flag.brought-forward", "flag.contact-notified",
    "flag.corrected", "flag.nobody-on-call", "flag.noted", "flag.raised", "flag.reopened", "flag.seen", "flag.taken",
    "flag.updated", "flag.urgency", "flag.withdrawn", "pairing.approved", "pairing.ended", "pairing.issued",
    "passkey.ended", "passkey.made", "passkey.used", "patient.changed", "patient.contact", "patient.detailed-text",
    "patient.emails", "patient.exported", "patient.language", "patient.left", "patient.name-in-messages",
    "patient.opened", "patient.paused", "patient.quiet-hours", "patient.registered", "patient.resumed", "plan.added",
    "patient.text-consent", "patient.texts-resumed", "patient.texts-stopped", "patient.texts-undeliverable",
    "plan.ended", "plan.resumed", "plan.timed", "questionnaire.published", "reminder.addressed", "reminder.answered",
    "reminder.brought-forward", "reminder.cancelled", "reminder.combined", "reminder.failed", "reminder.missed",
    "reminder.moved-by-quiet-hours", "reminder.not-delivered", "reminder.not-shown", "reminder.planned",
    "reminder.released", "reminder.sent-at-once", "reminder.separated", "reminder.settled", "reminder.skipped",
    "reminder.superseded", "reminder.unreached", "response.by-phone", "response.completed", "response.conflict-kept",
    "response.corrected", "response.opened", "response.received", "response.undone", "response.urgency", "staff.added",
    "series.booked", "session.begun", "session.prolonged", "staff.credentials-set", "staff.link-made", "staff.on-call",
    "staff.signed-in", "staff.texts-resumed", "staff.texts-stopped", "staff.texts-undeliverable", "subscription.ended",
    "subscription.started", "text-reply.handled", "text-reply.received", "trigger.began", "trigger.ended",
]  # fmt: skip
FormerVerb = Literal["check-in.answers-copied"]  # written by earlier versions alone; their rows are still read


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
    verb: Mapped[AuditVerb | FormerVerb] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record(work: Work, verb: AuditVerb, subject: Base, **detail: str | int | bool) -> None:
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
