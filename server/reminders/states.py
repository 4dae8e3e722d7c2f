"""The kinds of reminders, their states and those of their attempts, and the status that staff read."""

from collections.abc import Iterable
from enum import StrEnum


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
    """To a visit, by a button of its reminder, a link or a page."""

    COMING = "coming"
    CANT_COME = "cant"
    ANOTHER_TIME = "another"


class StaffTask(StrEnum):
    """What a contact on call is notified of, if it is not a flag: the detail of an `ON_CALL` reminder."""

    CANT_COME = "cant-come"


class AttemptState(StrEnum):
    """One try: `SENDING` is stored before it; the device's receipts lead to `SHOWN`, `OPENED` and `ANSWERED`."""

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
