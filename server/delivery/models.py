"""Tables: the heartbeats of workers, and the circuit breakers of push services."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class WorkerBeat(Base):
    """When a worker last ticked, and why it sends nothing, if so. Staff see it when no worker has ticked for a while.

    `silent` names, separated by spaces, the recurring ticks that it has not run for three of their periods.
    """

    __tablename__ = "worker_beat"

    ticked_at: Mapped[datetime]
    held_why: Mapped[str | None] = mapped_column(String(60))
    silent: Mapped[str | None] = mapped_column(String(200))


class Breaker(Base):
    """A push service that refused us: which devices' pushes, since when, and when to try again."""

    __tablename__ = "breaker"

    service: Mapped[str] = mapped_column(String(253), unique=True)
    refused: Mapped[list[Any]]
    status: Mapped[int | None]
    since: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
