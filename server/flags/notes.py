"""Notes that staff add to a flag."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.db import Work
from server.flags.models import Flag, FlagNote


async def add_note(work: Work, flag: Flag, text: str) -> FlagNote | None:
    """Add a note, to an open or a closed flag. None if the text is empty."""
    if not text:
        return None
    note = FlagNote(clinic_id=flag.clinic_id, flag_id=flag.id, author_id=work.actor.id, at=work.now, text=text)
    work.db.add(note)
    await work.db.flush()
    audit.record(work, "flag.noted", note, flag=flag.id)
    return note


async def notes_of(db: AsyncSession, flag_ids: Sequence[str]) -> dict[str, list[FlagNote]]:
    """Flag id → its notes, the oldest first."""
    found: dict[str, list[FlagNote]] = {}
    query = select(FlagNote).where(FlagNote.flag_id.in_(flag_ids)).order_by(FlagNote.at, FlagNote.id)
    for note in await db.scalars(query):
        found.setdefault(note.flag_id, []).append(note)
    return found
