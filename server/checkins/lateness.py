"""Pure rules: how late an unanswered check-in is, and when staff call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.checkins.rules import RECURRING, Rhythm


class Overdue(StrEnum):
    """How late an unanswered check-in is. `GRACE`: we have asked twice. `LATE`: staff call. `SILENT`: very late."""

    DUE = "due"
    GRACE = "grace"
    LATE = "late"
    SILENT = "silent"


GRACE_FROM = timedelta(days=1)  # from then on, we have asked for a due check-in twice
OWED = (*RECURRING, Rhythm.AFTER)  # check-ins that staff call about; "before" lapses when the appointment begins
CALL_FROM = dict.fromkeys(OWED, timedelta(days=3)) | {Rhythm.MONTHLY: timedelta(days=7)}
SILENT_FROM = dict.fromkeys(OWED, timedelta(days=7)) | {Rhythm.MONTHLY: timedelta(days=14)}
BANDS = (30, 7, 2)  # days without an answer, as staff see them


@dataclass(frozen=True)
class Lateness:
    """`band`: the largest of BANDS that has passed since `since`, or 0."""

    state: Overdue
    since: datetime
    band: int
    to_call: bool


def lateness_of(
    rhythm: Rhythm, dues: Sequence[datetime], now: datetime, called: datetime | None, resumed: datetime | None
) -> Lateness | None:
    """How late a plan is whose unanswered check-ins fell due at `dues`, in order; None if none is owed.

    Check-ins that fell due in a pause are not owed. The last call that counts (`called`) settles check-ins that
    were due before it, not those missed later.
    """
    owed = [due for due in dues if due <= now and (resumed is None or due > resumed)]
    if not owed:
        return None
    waited = now - owed[0]
    uncalled = [due for due in owed if called is None or due > called]
    to_call = bool(uncalled) and now - uncalled[0] >= CALL_FROM[rhythm]
    band = next((days for days in BANDS if waited >= timedelta(days=days)), 0)
    return Lateness(_state(rhythm, waited), owed[0], band, to_call)


def _state(rhythm: Rhythm, waited: timedelta) -> Overdue:
    if waited < GRACE_FROM:
        return Overdue.DUE
    if waited < CALL_FROM[rhythm]:
        return Overdue.GRACE
    return Overdue.LATE if waited < SILENT_FROM[rhythm] else Overdue.SILENT
