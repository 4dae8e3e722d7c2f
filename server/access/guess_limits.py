"""Limit how often one source may try a secret. The database counts, so that all web processes share the count."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.access import rules
from server.access.models import Guesses
from server.db import upsert


async def count_guess(db: AsyncSession, who: str, now: datetime, allowed: int = rules.GUESSES_ALLOWED) -> int:
    """Count one try by `who` in the current window. Returns the tries left; negative means too many."""
    source_hash, window = crypto.keyed_hash(who, "guesses"), rules.guess_window(now)
    row = {"source_hash": source_hash, "window": window, "count": 1}
    one_more = upsert(db, Guesses, row, ["source_hash", "window"], {"count": Guesses.count + 1})
    counted = await db.scalar(one_more.returning(Guesses.count))
    return allowed - (counted or 1)


async def forgive_guess(db: AsyncSession, who: str, now: datetime) -> None:
    """Take back the last try, which was right: everyone at a clinic may join from one address."""
    await db.execute(
        update(Guesses)
        .where(Guesses.source_hash == crypto.keyed_hash(who, "guesses"), Guesses.window == rules.guess_window(now))
        .values(count=Guesses.count - 1)
    )


async def forget_guesses(db: AsyncSession, who: str, now: datetime) -> None:
    """Set the count back to zero after a success."""
    await db.execute(
        update(Guesses)
        .where(Guesses.source_hash == crypto.keyed_hash(who, "guesses"), Guesses.window == rules.guess_window(now))
        .values(count=0)
    )
