"""Flags that an answer raised which was entered by mistake: closed once the answer is corrected (case 115)."""

from datetime import datetime

from server.db import Work
from server.flags import actions, lists
from server.flags.actions import Outcome
from server.flags.flow import lock_patient
from server.flags.models import Flag
from server.flags.rules import FlagOutcome
from server.flags.triggers.fired_triggers import Occurrence, triggered


async def close(work: Work, occurrence: Occurrence, earlier_response_id: str, since: datetime) -> list[Flag]:
    """Close what the earlier answers alone raised, and the corrected ones don't raise with the same severity.

    A flag that was raised before the first version came (`since`) stays, also where that added news to it.
    """
    await lock_patient(work.db, occurrence.patient_id)
    fired = {(raised.item, raised.severity) for raised in await triggered(work, occurrence)}
    closed = []
    for flag in await lists.of_check_in(work.db, occurrence.check_in_id):
        is_theirs = flag.response_id == earlier_response_id and flag.raised_at >= since
        if is_theirs and flag.closed_at is None and (flag.item, flag.severity) not in fired:
            await actions.end(work, flag, Outcome(FlagOutcome.CORRECTED))
            closed.append(flag)
    return closed
