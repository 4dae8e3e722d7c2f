"""Tables: drafts, responses and conflicting versions."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.crypto import Sealed
from server.db import Base, OfClinic, unique_where
from server.flags.rules import Urgency
from server.questionnaires.answers import answers_from_json
from server.questionnaires.respondents import Author, Respondent, Source, author_of


class ResponseStatus(StrEnum):
    """FHIR's words. In progress: private questions wait for the patient, or the window closed over a part."""

    COMPLETED = "completed"
    IN_PROGRESS = "in-progress"


class Draft(OfClinic, Base):
    """One answer, saved at once until the check-in is sent; the patient's words apart from each caregiver's view."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("check_in_id", "source", "caregiver_id", "link_id"),
        unique_where("uq_draft_unnamed", "check_in_id", "source", "link_id", rows="caregiver_id IS NULL"),
    )

    check_in_id: Mapped[str] = mapped_column(ForeignKey("check_in.id"))
    source: Mapped[Source]
    caregiver_id: Mapped[str | None] = mapped_column(ForeignKey("caregiver.id"))  # whose own view it is
    link_id: Mapped[str] = mapped_column(String(60))
    value_sealed: Mapped[bytes]
    value = Sealed[str]("draft.value")
    respondent: Mapped[Respondent]
    copied: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime]

    @property
    def author(self) -> Author:
        return Author(self.source, self.caregiver_id)


class Response(OfClinic, Base):
    """The answers as they were sent, by link id, in the version of the questionnaire that was answered."""

    __tablename__ = "response"
    __table_args__ = (
        Index("ix_response_patient", "patient_id", "slug", "answered_at"),
        Index("ix_response_unopened", "clinic_id", "opened_at", "received_at"),
    )

    client_id: Mapped[str] = mapped_column(String(40), unique=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    check_in_id: Mapped[str] = mapped_column(ForeignKey("check_in.id"), index=True)
    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaire.id"))
    slug: Mapped[str] = mapped_column(String(60))
    status: Mapped[ResponseStatus]
    respondent: Mapped[Respondent]
    caregiver_id: Mapped[str | None] = mapped_column(ForeignKey("caregiver.id"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))  # by phone, in the patient's words
    answers_sealed: Mapped[bytes]
    answers = Sealed[str]("response.answers")
    answered_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]  # the time by the device's clock, where that was wrong
    received_at: Mapped[datetime]
    copied: Mapped[list[Any]] = mapped_column(default=list)  # link ids of answers copied from last time
    undone_at: Mapped[datetime | None]
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("response.id"), unique=True)  # the version it replaces
    urgency: Mapped[Urgency | None]
    urgency_at: Mapped[datetime | None]  # when the patient chose it, so that a late entry does not undo a newer choice
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))

    @property
    def author(self) -> Author:
        return author_of(self.respondent, self.caregiver_id)

    @property
    def all_skipped(self) -> bool:
        """Whether it was sent without any answer: staff then never read "completed" (case 144)."""
        return all(value is None for value in answers_from_json(self.answers).values())


class ConflictingVersion(OfClinic, Base):
    """A conflicting version: the same check-in answered differently, kept beside the response for staff."""

    __tablename__ = "conflicting_version"

    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), index=True)
    client_id: Mapped[str] = mapped_column(String(40))
    respondent: Mapped[Respondent]
    caregiver_id: Mapped[str | None] = mapped_column(ForeignKey("caregiver.id"))  # whose own view it is
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))  # by phone, in the patient's words
    answers_sealed: Mapped[bytes]
    answers = Sealed[str]("set_aside.answers")
    received_at: Mapped[datetime]

    @property
    def author(self) -> Author:
        return author_of(self.respondent, self.caregiver_id)
