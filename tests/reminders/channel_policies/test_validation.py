"""Which channel policies a clinic may set."""

import pytest

from server.channels.protocol import ChannelName
from server.reminders.channel_policies.validation import KINDS, BadPolicy, check, is_wait
from server.reminders.states import ReminderKind

PUSH, TEXT, EMAIL = ChannelName.PUSH, ChannelName.TEXT, ChannelName.EMAIL
GOOD = {kind: [(PUSH, 15)] for kind in KINDS}


@pytest.mark.parametrize("days", [3, 90])
def test_a_policy_at_the_edges_of_what_is_allowed_passes(days: int) -> None:
    assert (is_wait(5), is_wait(48 * 60), is_wait(4), is_wait(48 * 60 + 1)) == (True, True, False, False)
    check(GOOD | {ReminderKind.VISIT: [(EMAIL, 5), (TEXT, 48 * 60), (PUSH, 5)]}, days)


@pytest.mark.parametrize(
    ("steps", "days", "why", "kind"),
    [
        ([], 7, "none", ReminderKind.NUDGE),
        ([(ChannelName.PUSH, 10), (ChannelName.PUSH, 20)], 7, "twice", ReminderKind.NUDGE),
        ([(PUSH, 4)], 7, "wait", ReminderKind.NUDGE),
        ([(PUSH, 10)], 2, "silence", None),
        ([(PUSH, 10)], 91, "silence", None),
    ],
)
def test_a_refusal_names_the_kind_of_reminder_at_fault(
    steps: list[tuple[ChannelName, int]], days: int, why: str, kind: ReminderKind | None
) -> None:
    with pytest.raises(BadPolicy) as refused:
        check(GOOD | {ReminderKind.NUDGE: steps}, days)
    assert (refused.value.why, refused.value.kind) == (why, kind)
