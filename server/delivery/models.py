"""Tables: the heartbeats of workers, and the circuit breakers of push services."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base

# Why a worker sends nothing. This word is stored.
StopReason = Literal["the clock jumped"]


class WorkerHeartbeat(Base):
    """When a worker last ticked, and why it sends nothing, if it doesn't. Staff see when no worker ticks for a while.

    `skipped_ticks`: the names, separated by spaces, of recurring ticks that it has not run for three periods.
    """

    __tablename__ = "worker_heartbeat"

    ticked_at: Mapped[datetime]
    stop_reason: Mapped[StopReason | None] = mapped_column(String(60))
    skipped_ticks: Mapped[str | None] = mapped_column(String(200))


class CircuitBreaker(Base):
    """A push service that refused us: which devices' pushes, since when, and when to try again."""

    __tablename__ = "circuit_breaker"

    service: Mapped[str] = mapped_column(String(253), unique=True)
    refused_by: Mapped[list[Any]]
    status: Mapped[int | None]
    since: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
