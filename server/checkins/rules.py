"""Pure rules: the states of check-ins, how long they can be answered, and who may see private answers."""

from datetime import datetime, timedelta
from enum import StrEnum

from server.actor import ActorKind
from server.questionnaires.respondents import Respondent


class Rhythm(StrEnum):
    """How often a plan asks: on a schedule, or before or after each appointment."""

    WEEKLY = "weekly"
    DAILY = "daily"
    MONTHLY = "monthly"
    BEFORE = "before"
    AFTER = "after"


class CheckInState(StrEnum):
    """`PARTIAL`: the window closed, and the answers so far were submitted. `MISSED`: it closed without an answer."""

    WAITING = "waiting"
    DONE = "done"
    PARTIAL = "partial"
    MISSED = "missed"
    CANCELLED = "cancelled"


RECURRING = (Rhythm.WEEKLY, Rhythm.DAILY, Rhythm.MONTHLY)
TIED = (Rhythm.BEFORE, Rhythm.AFTER)
NUDGES = {Rhythm.WEEKLY: 1, Rhythm.MONTHLY: 3}  # days after a check-in is due
ANSWERED_LATE = timedelta(days=30)  # how long after closing we still take an answer that waited offline
UNDO = timedelta(minutes=10)


def may_see_private(kind: ActorKind, last_respondent: Respondent, chose: bool) -> bool:
    """Whether this device may show private answers and their consequences (cases 76 and 123).

    `last_respondent` is who answered last. After a caregiver, we can't know who holds the patient's device: the
    patient must confirm it first (`chose`). A caregiver's own device never shows anything private.
    """
    return kind == ActorKind.PATIENT and (last_respondent == Respondent.SELF or chose)


def is_open(state: CheckInState, due_at: datetime, closes_at: datetime, now: datetime) -> bool:
    return state == CheckInState.WAITING and due_at <= now < closes_at


def may_undo(received_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether the answer may be undone: within ten minutes, while the check-in can still be answered."""
    return now - received_at < UNDO and now < closes_at


def may_be_entered(state: CheckInState, due_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether staff may still enter answers that a patient gives by phone, even after the check-in closed."""
    return state in (CheckInState.WAITING, CheckInState.MISSED) and due_at <= now and now - closes_at <= ANSWERED_LATE
