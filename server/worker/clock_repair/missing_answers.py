"""Withdraw flags for missing answers that were raised because the clock was ahead."""

from sqlalchemy import delete, exists, select

from server import audit
from server.db import Work
from server.flags.evidence import Evidence
from server.flags.models import Flag, FlagEvidence, FlagNote
from server.flags.rules import Condition
from server.reminders import flow as reminders


async def withdraw_unanswered(work: Work, check_in_id: str) -> int:
    """Delete flags for missing answers to a check-in that is still open, unless staff acted on them; how many."""
    noted = exists().where(FlagNote.flag_id == Flag.id)
    found = await work.db.scalars(
        select(Flag).where(
            Flag.check_in_id == check_in_id,
            Flag.response_id.is_(None),
            Flag.closed_at.is_(None),
            Flag.owner_id.is_(None),
            Flag.updated_at == Flag.raised_at,
            ~noted,
        )
    )
    silent = [flag for flag in found if Evidence.from_json(flag.evidence).condition == Condition.MISSING]
    for flag in silent:
        await reminders.cancel(work, flag.id, "the clock was ahead")
        audit.record(work, "flag.withdrawn", flag)
        await work.db.execute(delete(FlagEvidence).where(FlagEvidence.flag_id == flag.id))
        await work.db.delete(flag)
    await work.db.flush()
    return len(silent)
