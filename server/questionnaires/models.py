"""Table: questionnaires in versions that never change."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, OfClinic


class Questionnaire(OfClinic, Base):
    """One version, as a FHIR R4 Questionnaire. A version never changes; an edit makes a new one."""

    __tablename__ = "questionnaire"
    __table_args__ = (UniqueConstraint("clinic_id", "slug", "version"),)

    slug: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    resource: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
