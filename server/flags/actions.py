"""Staff's actions on a flag: take it, assign it, close it with an outcome, undo that. Notes: flags/notes.py."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.db import Work
from server.flags import lists, rules
from server.flags.escalation import flow as escalation
from server.flags.models import Flag, FlagNote
from server.flags.rules import UNKNOWN, FlagOutcome, Shown
from server.people import staff
from server.people.rules import Refused
from server.reminders import flow as reminders


def shown_of(flag: Flag) -> Shown:
    return rules.shown(flag.updated_at, flag.owner_id, flag.closed_at)


async def own(work: Work, flag: Flag, staff_id: str) -> bool:
    """Take the flag. False if it is closed or a colleague already owns it; we record both tries (case 74)."""
    await lock(work.db, flag)
    late = flag.closed_at is not None or flag.owner_id not in (None, staff_id)
    audit.record(work, "flag.taken", flag, owner=staff_id, late=late)
    if late:
        return False
    await _give(work, flag, staff_id)
    return True


async def assign(work: Work, flag: Flag, staff_id: str, shown: Shown = UNKNOWN) -> Refused | None:
    """Assign the flag to a colleague; "" gives it back to all.

    Refused: "owner" if `staff_id` is no current staff member, "closed", or "owned" if the flag has another owner than
    the page showed.
    """
    member = await staff.find_staff(work.db, work.actor, staff_id) if staff_id else None
    if staff_id and (member is None or member.ended_at is not None):
        return Refused("owner")
    await lock(work.db, flag)
    if flag.closed_at is not None:
        return Refused("closed")
    if shown.updated_at and shown.owner_id != (flag.owner_id or ""):
        return Refused("owned")
    audit.record(work, "flag.assigned", flag, owner=staff_id, before=flag.owner_id or "")
    await _give(work, flag, staff_id)
    return None


async def lock(db: AsyncSession, flag: Flag) -> None:
    """Lock the row and reload it: concurrent actions on this flag wait here."""
    await db.refresh(flag, with_for_update={"key_share": True})


async def _give(work: Work, flag: Flag, staff_id: str) -> None:
    flag.owner_id, flag.owned_at = staff_id or None, work.now if staff_id else None
    flag.contacts_notified, flag.notified_at = 0, None
    await reminders.cancel(work, flag.id, "taken" if staff_id else "given back")
    when = escalation.goes_on_at if staff_id else escalation.begins_at
    flag.escalate_at = await when(work.db, flag, work.now)


@dataclass(frozen=True)
class Outcome:
    """Staff's outcome of a flag, and a note."""

    name: FlagOutcome
    note: str = ""


async def close(work: Work, flag: Flag, outcome: Outcome, shown: Shown = UNKNOWN) -> Refused | None:
    """Close a flag with the outcome that staff chose.

    Refused: "outcome" or "note" if that is missing, "closed" if a colleague closed it first, "news" if the flag has
    changed since the page was shown. The audit trail keeps both tries.
    """
    if outcome.name not in rules.OFFERED_OUTCOMES:
        return Refused("outcome")
    if outcome.name == FlagOutcome.NO_ACTION and not outcome.note:
        return Refused("note")
    return await end(work, flag, outcome, shown)


async def end(work: Work, flag: Flag, outcome: Outcome, shown: Shown = UNKNOWN) -> Refused | None:
    """Close with any outcome, also with EXPECTED, which `close` does not offer."""
    await lock(work.db, flag)
    refused = changed_since(flag, shown)
    audit.record(work, "flag.closed", flag, outcome=outcome.name, late=refused is not None)
    if refused is not None:
        return refused
    _keep_draft(work, flag)
    flag.outcome, flag.note, flag.closed_at, flag.closed_by = (
        outcome.name,
        outcome.note or None,
        work.now,
        work.actor.id,
    )
    if flag.owner_id is None:
        flag.owner_id, flag.owned_at = work.actor.id, work.now
    flag.escalate_at = None
    await reminders.cancel(work, flag.id, "closed")
    return None


def changed_since(flag: Flag, shown: Shown) -> Refused | None:
    """Why an outcome chosen on a page that showed `shown` no longer fits the flag; None if it does."""
    if flag.closed_at is not None:
        return Refused("closed")
    if shown.updated_at and shown.updated_at != shown_of(flag).updated_at:
        return Refused("news")
    return None


async def reopen(work: Work, flag: Flag, shown: Shown = UNKNOWN) -> Refused | None:
    """Undo a close. Its note returns to its writer's form field, or stays on the flag under the writer's name.

    To undo an expected level too, see expected_levels.undo.

    Refused: "reopened" if the flag is open, or a newer one exists for its item; "closed" if a colleague has closed
    it again since.
    """
    newest = await lists.newest(work.db, flag.patient_id, flag.item)
    await lock(work.db, flag)
    if newest is None or newest.id != flag.id or flag.closed_at is None:
        return Refused("reopened")
    if shown.updated_at and shown.closed_at != shown_of(flag).closed_at:
        return Refused("closed")
    flag.drafted_by, flag.drafted_at = (flag.closed_by, flag.closed_at) if flag.note else (None, None)
    if flag.drafted_by != work.actor.id:
        _keep_draft(work, flag)
    flag.outcome = flag.closed_at = flag.closed_by = None
    audit.record(work, "flag.reopened", flag)
    flag.escalate_at = await escalation.goes_on_at(work.db, flag, work.now)
    return None


def _keep_draft(work: Work, flag: Flag) -> None:
    """Keep a draft as a note, unless its writer is acting: the field shows it to them."""
    if flag.note and flag.drafted_by and flag.drafted_by != work.actor.id:
        at = flag.drafted_at or work.now  # a colleague's outcome, or undo of one, must not redate the note
        work.db.add(
            FlagNote(clinic_id=flag.clinic_id, flag_id=flag.id, author_id=flag.drafted_by, at=at, text=flag.note)
        )
    if flag.drafted_by:
        flag.note = flag.drafted_by = flag.drafted_at = None
