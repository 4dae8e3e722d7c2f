"""Once-only keys: a form that creates something, pressed twice within a moment, creates it once (case 90)."""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, OfClinic, Work, upsert

KEPT = timedelta(days=2)


class OnceKey(OfClinic, Base):
    """A form that was taken: the digest of its key and fields, and the address that it led to."""

    __tablename__ = "once_key"

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]


@dataclass
class Press:
    """`earlier`: where an earlier press of the same form led; "" for the first. Set `onward` when it has worked."""

    earlier: str = ""
    onward: str = ""


@asynccontextmanager
async def press(work: Work, fields: Sequence[tuple[str, str]]) -> AsyncIterator[Press]:
    """Hold the key until the transaction ends: a second press waits, and then learns where the first one led.

    A form that was changed before it was sent again is another one. One that failed leaves no trace.
    """
    if not dict(fields).get("once"):  # a page from before this version
        yield Press()
        return
    digest = hashlib.sha256(json.dumps([work.actor.id, *sorted(fields)]).encode()).hexdigest()
    if not await _is_first(work, digest):
        yield Press(earlier=await work.db.scalar(select(OnceKey.path).where(OnceKey.digest == digest)) or "/staff")
        return
    made = Press()
    try:
        yield made
    finally:
        if work.db.is_active:
            await _keep(work, digest, made.onward)


async def _is_first(work: Work, digest: str) -> bool:
    """Insert the key. On PostgreSQL this waits for a transaction that has just inserted it."""
    row = {"clinic_id": work.actor.clinic_id, "digest": digest, "path": "", "at": work.now}
    made = upsert(work.db, OnceKey, row, ["digest"], None).returning(OnceKey.id)
    return await work.db.scalar(made) is not None


async def _keep(work: Work, digest: str, path: str) -> None:
    """Note where the press led. One that created nothing, or failed, leaves its key to the next."""
    mine = OnceKey.digest == digest
    await work.db.execute(update(OnceKey).where(mine).values(path=path) if path else delete(OnceKey).where(mine))


async def forget(db: AsyncSession, now: datetime) -> None:
    """Delete old keys."""
    await db.execute(delete(OnceKey).where(OnceKey.at < now - KEPT))
