"""The kinds of reminders, their states and those of their attempts, and the status that staff read."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, NewType


class ReminderKind(StrEnum):
    """`DEVICE_CHECK` asks a silent device to open the app; `ALERT`, `ON_CALL` and `OVERDUE` go to staff."""

    VISIT = "visit"
    CHANGE = "change"
    CHECK_IN = "check-in"
    NUDGE = "nudge"
    TEST = "test"
    DEVICE_CHECK = "device-check"
    ALERT = "alert"
    ON_CALL = "on-call"
    OVERDUE = "overdue"


# Why a reminder is no longer needed. These words are stored; `reason_words` has what staff read.
CancelReason = Literal[
    "answered",
    "arrived",
    "cancelled",
    "closed",
    "corrected",
    "fulfilled",
    "given back",
    "moved",
    "noshow",
    "paused",
    "plan-ended",
    "replanned",
    "superseded by a change",
    "taken",
    "the clock was ahead",
]
# Why a number gets no texts.
BlockReason = Literal["texts can't be delivered to this number", "this number stopped our texts"]
# Why a claimed reminder went no further.
EndReason = Literal[
    "enough was sent that day",
    "its push service refuses us; it is tried again later",
    "its row does not open",
    "its time had passed",
    "no channel is set up",
    "no device showed it",
    "no device takes reminders",
    "no email address, or emails were stopped",
    "no number, or no consent to text messages",
]
# The words of a channel or its service, as stored.
ServiceWords = NewType("ServiceWords", str)
# Why no attempt was made, or why nobody knows how it ended.
AttemptReason = Literal[
    "its service does not answer; it is tried again later",
    "part of it was cancelled; it is written again",
    "the database was away; it is tried again later",
    "the worker stopped before it knew",
    "withdrawn",
]
Reason = AttemptReason | BlockReason | CancelReason | EndReason | ServiceWords
# The one staff member or device that a reminder is for, by id.
OneReader = NewType("OneReader", str)
# Who gets a reminder. These words are stored.
Audience = Literal["patient", "patient-alone"] | OneReader


class ReminderState(StrEnum):
    """`COMBINED`: part of another reminder's notification. `SKIPPED`: the patient got enough notifications that day.

    `UNREACHED`: sent on every channel, and seen on none. `MISSED`: it expired before it was sent.
    """

    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    COMBINED = "combined"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    MISSED = "missed"
    UNREACHED = "unreached"
    FAILED = "failed"


class Reply(StrEnum):
    """A reply to a visit, by a button of its reminder, a link or a page."""

    COMING = "coming"
    CANT_COME = "cant"
    ANOTHER_TIME = "another"


class StaffTask(StrEnum):
    """The task that a contact on call is notified of, if it is not a flag: the detail of an `ON_CALL` reminder."""

    CANT_COME = "cant-come"


class AttemptState(StrEnum):
    """One attempt: `SENDING` is stored first; the device's receipts lead to `SHOWN`, `OPENED` and `ANSWERED`."""

    SENDING = "sending"
    ANSWERED = "answered"
    OPENED = "opened"
    SHOWN = "shown"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    FAILED = "failed"


# States of attempts, best first. The best one of a reminder's attempts is its state.
BEST_FIRST = (
    AttemptState.ANSWERED,
    AttemptState.OPENED,
    AttemptState.SHOWN,
    AttemptState.ACCEPTED,
    AttemptState.SENDING,
    AttemptState.UNKNOWN,
    AttemptState.FAILED,
)
PENDING = (ReminderState.SCHEDULED, ReminderState.SENDING, ReminderState.COMBINED)
NOTIFIED = (ReminderState.SENT, ReminderState.UNREACHED, ReminderState.FAILED, ReminderState.COMBINED)
SEEN = (AttemptState.ANSWERED, AttemptState.OPENED, AttemptState.SHOWN)


def status_of(state: ReminderState, attempts: Iterable[str]) -> str:
    """The status that staff see, from the reminder's own state and the states of its attempts."""
    reached = set(attempts)
    if state in (ReminderState.CANCELLED, ReminderState.MISSED, ReminderState.UNREACHED, ReminderState.SKIPPED):
        return next((word for word in SEEN if word in reached), state)
    if state in (ReminderState.SCHEDULED, ReminderState.COMBINED) and not reached:
        return ReminderState.SCHEDULED
    return next((word for word in BEST_FIRST if word in reached), state)
