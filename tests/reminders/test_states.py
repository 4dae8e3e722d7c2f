"""The derived state of a reminder that staff read."""

import pytest

from server.reminders import states
from server.reminders.states import AttemptState, ReminderState


@pytest.mark.parametrize(
    ("state", "attempts", "word"),
    [
        ("scheduled", [], "scheduled"),
        ("scheduled", ["unknown"], "unknown"),
        ("scheduled", ["failed", "accepted"], "accepted"),
        ("sending", ["sending"], "sending"),
        ("sent", ["accepted", "failed"], "accepted"),
        ("sent", ["accepted", "shown"], "shown"),
        ("sent", ["opened", "shown", "answered"], "answered"),
        ("failed", ["failed"], "failed"),
        ("failed", [], "failed"),
        ("missed", [], "missed"),
        ("missed", ["unknown"], "missed"),
        ("cancelled", [], "cancelled"),
        ("cancelled", ["accepted"], "cancelled"),
        ("cancelled", ["accepted", "shown"], "shown"),
    ],
)
def test_the_state_that_staff_see(state: ReminderState, attempts: list[AttemptState], word: str) -> None:
    assert states.status_of(state, attempts) == word
    assert states.status_of(state, reversed(attempts)) == word
