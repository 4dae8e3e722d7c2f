"""What staff do with a flag: take it, give it to somebody, note on it, close it with an outcome, undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.flags import escalation, rules
from server.flags import flow as flags
from server.flags.models import Flag, FlagNote
from server.flags.rules import UNKNOWN, Shown
from server.people import staff
from server.people.rules import Refused
from server.reminders import flow as reminders


def shown_of(flag: Flag) -> Shown:
    return rules.shown(flag.news_at, flag.owner_id, flag.done_at)


async def own(db: AsyncSession, actor: Actor, flag: Flag, staff_id: str, now: datetime) -> bool:
    """Take it. False when somebody was quicker, who keeps it; both tries are on record (case 74)."""
    await hold(db, flag)
    late = flag.done_at is not None or flag.owner_id not in (None, staff_id)
    audit.record(db, actor, "flag.owned", flag, now, owner=staff_id, late=late)
    if late:
        return False
    await _give(db, actor, flag, staff_id, now)
    return True


async def assign(
    db: AsyncSession, actor: Actor, flag: Flag, staff_id: str, now: datetime, shown: Shown = UNKNOWN
) -> Refused | None:
    """Give it to somebody of the clinic; "" gives it back to all. Refused where somebody else has it by now."""
    member = await staff.find_staff(db, actor, staff_id) if staff_id else None
    if staff_id and (member is None or member.ended_at is not None):
        return Refused("owner")
    await hold(db, flag)
    if flag.done_at is not None:
        return Refused("closed")
    if shown.news_at and shown.owner_id != (flag.owner_id or ""):
        return Refused("owned")
    audit.record(db, actor, "flag.assigned", flag, now, owner=staff_id, before=flag.owner_id or "")
    await _give(db, actor, flag, staff_id, now)
    return None


async def hold(db: AsyncSession, flag: Flag) -> None:
    """As it is now; whoever acts on it at the same moment waits here."""
    await db.refresh(flag, with_for_update={"key_share": True})


async def _give(db: AsyncSession, actor: Actor, flag: Flag, staff_id: str, now: datetime) -> None:
    flag.owner_id, flag.owned_at = staff_id or None, now if staff_id else None
    flag.rung, flag.told_at = 0, None
    await reminders.cancel(db, actor, flag.id, "taken" if staff_id else "given back", now)
    when = escalation.goes_on_at if staff_id else escalation.begins_at
    flag.escalate_at = await when(db, flag, now)


@dataclass(frozen=True)
class Outcome:
    """What was done about a flag, by one of the names in the rules."""

    name: str
    note: str = ""


async def close(
    db: AsyncSession, actor: Actor, flag: Flag, outcome: Outcome, now: datetime, shown: Shown = UNKNOWN
) -> Refused | None:
    """End a flag with what was done.

    Refused: "outcome" and "note" for what is missing, "closed" where a colleague was quicker, "news" where the
    flag got worse or newer than the page showed. Both tries are in the audit.
    """
    if outcome.name not in rules.OUTCOMES:
        return Refused("outcome")
    if outcome.name == "no-action" and not outcome.note:
        return Refused("note")
    return await end(db, actor, flag, outcome, now, shown)


async def end(
    db: AsyncSession, actor: Actor, flag: Flag, outcome: Outcome, now: datetime, shown: Shown = UNKNOWN
) -> Refused | None:
    """With any outcome; an expected level is one too."""
    await hold(db, flag)
    refused = changed_since(flag, shown)
    audit.record(db, actor, "flag.closed", flag, now, outcome=outcome.name, late=refused is not None)
    if refused is not None:
        return refused
    flag.outcome, flag.note, flag.done_at, flag.done_by = outcome.name, outcome.note or None, now, actor.id
    if flag.owner_id is None:
        flag.owner_id, flag.owned_at = actor.id, now
    flag.escalate_at = None
    await reminders.cancel(db, actor, flag.id, "closed", now)
    return None


def changed_since(flag: Flag, shown: Shown) -> Refused | None:
    """Why an outcome that was chosen on a page that showed `shown` no longer fits the flag."""
    if flag.done_at is not None:
        return Refused("closed")
    if shown.news_at and shown.news_at != shown_of(flag).news_at:
        return Refused("news")
    return None


async def reopen(db: AsyncSession, actor: Actor, flag: Flag, now: datetime, shown: Shown = UNKNOWN) -> Refused | None:
    """Undo of a close. An expected level that was set with it stays until somebody ends it.

    Refused: "reopened" where it is open already, "closed" where a colleague has given it another outcome since.
    """
    newest = await flags.newest(db, flag.patient_id, flag.item)
    await hold(db, flag)
    if newest is None or newest.id != flag.id or flag.done_at is None:
        return Refused("reopened")
    if shown.news_at and shown.done_at != shown_of(flag).done_at:
        return Refused("closed")
    if flag.note and flag.done_by:  # somebody's words stay, whatever becomes of the outcome
        note = FlagNote(
            clinic_id=flag.clinic_id, flag_id=flag.id, author_id=flag.done_by, at=flag.done_at, text=flag.note
        )
        db.add(note)
    flag.outcome = flag.done_at = flag.done_by = None
    flag.note = None
    audit.record(db, actor, "flag.reopened", flag, now)
    flag.escalate_at = await escalation.goes_on_at(db, flag, now)
    return None


async def add_note(db: AsyncSession, actor: Actor, flag: Flag, text: str, now: datetime) -> FlagNote | None:
    """Kept as it is written, open flag or not; nothing for no text."""
    if not text:
        return None
    note = FlagNote(clinic_id=flag.clinic_id, flag_id=flag.id, author_id=actor.id, at=now, text=text)
    db.add(note)
    await db.flush()
    audit.record(db, actor, "flag.noted", note, now, flag=flag.id)
    return note


async def notes_of(db: AsyncSession, flag_ids: Sequence[str]) -> dict[str, list[FlagNote]]:
    """Flag → its notes, in the order in which they were written."""
    found: dict[str, list[FlagNote]] = {}
    query = select(FlagNote).where(FlagNote.flag_id.in_(flag_ids)).order_by(FlagNote.at, FlagNote.id)
    for note in await db.scalars(query):
        found.setdefault(note.flag_id, []).append(note)
    return found
