"""Tables: triggers, the flags that they raise, notes on flags, and expected levels."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.crypto import Sealed
from server.db import Base, OfClinic, unique_where
from server.flags.rules import Condition, FlagOutcome, Screen, Severity, Urgency
from server.questionnaires.respondents import Source


class TriggerVersion(OfClinic, Base):
    """One trigger of a clinic. It is never changed in place: it ends, and another begins."""

    __tablename__ = "trigger"

    slug: Mapped[str] = mapped_column(String(60), index=True)
    item: Mapped[str] = mapped_column(String(60))
    condition: Mapped[Condition]
    amount: Mapped[int]
    times: Mapped[int] = mapped_column(default=1)
    severity: Mapped[Severity]
    screen: Mapped[Screen] = mapped_column(default=Screen.NONE)
    message: Mapped[str] = mapped_column(String(200), default="")
    follows_id: Mapped[str | None] = mapped_column(ForeignKey("trigger.id"))
    began_at: Mapped[datetime]
    began_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    end_reason_sealed: Mapped[bytes | None]
    end_reason = Sealed[str | None]("trigger.end_reason")


class Flag(OfClinic, Base):
    """Something for staff to look at and act on. Open until an outcome; at most one open for a patient and item.

    `trigger_id` and `version` are the trigger and the questionnaire's version that raised it, also after news; after
    a correction, the trigger and version of the first evidence left.
    `contacts_notified` counts contacts so far, the last at `notified_at`; we notify the next at `escalate_at`.
    `note` belongs to the outcome. After an undo, it is the draft of `drafted_by`, whose form field shows it again.
    `source`: whose answers raised the flag; the patient's, once the patient said so too. None if no answer did.
    """

    __tablename__ = "flag"
    __table_args__ = (
        unique_where("uq_flag_open", "patient_id", "item", rows="closed_at IS NULL"),
        Index("ix_flag_inbox", "clinic_id", "closed_at", "due_at"),
        Index("ix_flag_escalate", "closed_at", "escalate_at"),
    )

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    check_in_id: Mapped[str] = mapped_column(ForeignKey("check_in.id"), index=True)
    response_id: Mapped[str | None] = mapped_column(ForeignKey("response.id"))
    trigger_id: Mapped[str] = mapped_column(ForeignKey("trigger.id"))
    slug: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(default=1)
    item: Mapped[str] = mapped_column(String(60))
    severity: Mapped[Severity]
    evidence_sealed: Mapped[bytes]
    evidence = Sealed[str]("flag.reason")
    urgency: Mapped[Urgency | None]
    urgency_at: Mapped[
        datetime | None
    ]  # when the patient chose it: a copy that comes late does not undo a newer choice
    source: Mapped[Source | None]
    raised_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    due_at: Mapped[datetime]
    escalate_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]
    contacts_notified: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    owned_at: Mapped[datetime | None]
    outcome: Mapped[FlagOutcome | None]
    note_sealed: Mapped[bytes | None]
    note = Sealed[str | None]("flag.note")
    drafted_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    drafted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class FlagEvidence(OfClinic, Base):
    """One check-in's evidence for a flag: what raised it, or news. Withdrawn once the answers are corrected.

    `conflict_id`: the conflicting version of `response_id` that holds the answers; a correction leaves those as they
    are. Rows from before this table have the flag's id, and the flag's state then.
    """

    __tablename__ = "flag_evidence"

    flag_id: Mapped[str] = mapped_column(ForeignKey("flag.id"), index=True)
    check_in_id: Mapped[str] = mapped_column(ForeignKey("check_in.id"))
    response_id: Mapped[str | None] = mapped_column(ForeignKey("response.id"), index=True)
    conflict_id: Mapped[str | None] = mapped_column(ForeignKey("conflicting_version.id"))
    severity: Mapped[Severity]
    evidence_sealed: Mapped[bytes]
    evidence = Sealed[str]("flag_evidence.evidence")
    source: Mapped[Source | None]
    due_at: Mapped[datetime]
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class FlagNote(OfClinic, Base):
    """A staff member's note on a flag; never changed."""

    __tablename__ = "flag_note"

    flag_id: Mapped[str] = mapped_column(ForeignKey("flag.id"), index=True)
    author_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    text_sealed: Mapped[bytes]
    text = Sealed[str]("flag_note.text")


class ExpectedLevel(OfClinic, Base):
    """Until `ends_at`, answers at or below `level` raise no flag for this week or today for this item of this patient.

    `slug` is the questionnaire that gives the level its words.
    """

    __tablename__ = "expected_level"
    __table_args__ = (unique_where("uq_expected_level_open", "patient_id", "item", rows="ended_at IS NULL"),)

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    slug: Mapped[str] = mapped_column(String(60))
    item: Mapped[str] = mapped_column(String(60))
    level: Mapped[int]
    note_sealed: Mapped[bytes | None]
    note = Sealed[str | None]("expected_level.note")
    set_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    set_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
