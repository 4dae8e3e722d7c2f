"""A clinic's channel policy is saved whole or not at all."""

import pytest

from server.channels.protocol import ChannelName
from server.db import Database
from server.people.models import Clinic
from server.reminders.channel_policies import flow
from server.reminders.channel_policies.validation import BadPolicy, Policy, PolicyChange
from server.reminders.states import ReminderKind
from tests.cast import Cast, work_by

PUSH, TEXT, EMAIL = ChannelName.PUSH, ChannelName.TEXT, ChannelName.EMAIL
GOOD: Policy = {
    ReminderKind.VISIT: [(TEXT, 15), (PUSH, 60)],
    ReminderKind.CHECK_IN: [(PUSH, 240)],
    ReminderKind.NUDGE: [(EMAIL, 2880)],
}


async def change(database: Database, cast: Cast, new: PolicyChange) -> Clinic:
    async with database.writing() as db:
        clinic = await db.get_one(Clinic, cast.harbor.id)
        await flow.change(work_by(db, cast.ruth), clinic, new)
        return clinic


async def test_a_policy_is_read_as_it_was_saved(database: Database, cast: Cast) -> None:
    clinic = await change(database, cast, PolicyChange(GOOD, 7, ("US", "CA", "Atlantis")))
    assert flow.of(clinic) == GOOD
    assert (clinic.silent_days, flow.text_countries(clinic)) == (7, ["US", "CA"])


async def test_without_a_policy_the_default_applies_and_texts_go_to_the_clinics_country(cast: Cast) -> None:
    assert [channel for channel, _ in flow.of(cast.harbor)[ReminderKind.VISIT]] == [PUSH, TEXT, EMAIL]
    assert flow.text_countries(cast.harbor) == ["US"]


@pytest.mark.parametrize(
    ("kind", "steps", "days", "why"),
    [
        (ReminderKind.VISIT, [], 7, "none"),
        (ReminderKind.NUDGE, [(PUSH, 10), (PUSH, 20)], 7, "twice"),
        (ReminderKind.NUDGE, [(PUSH, 4)], 7, "wait"),
        (ReminderKind.NUDGE, [(PUSH, 2881)], 7, "wait"),
        (ReminderKind.NUDGE, [(PUSH, 10)], 2, "silence"),
        (ReminderKind.NUDGE, [(PUSH, 10)], 91, "silence"),
    ],
)
async def test_a_policy_that_reaches_nobody_or_waits_too_long_is_refused(
    database: Database, cast: Cast, kind: ReminderKind, steps: list[tuple[ChannelName, int]], days: int, why: str
) -> None:
    with pytest.raises(BadPolicy, match=why):
        await change(database, cast, PolicyChange({**GOOD, kind: steps}, days))
    async with database.reading() as db:
        assert (await db.get_one(Clinic, cast.harbor.id)).channel_policy == cast.harbor.channel_policy
