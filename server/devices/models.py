"""Tables: the push services that we refused."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class RefusedService(Base):
    """A push service that a browser wanted to use and that we don't know: how often, and when last."""

    __tablename__ = "refused_service"

    service: Mapped[str] = mapped_column(String(260), unique=True)
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
