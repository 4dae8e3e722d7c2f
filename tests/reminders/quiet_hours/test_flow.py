"""Coming reminders move out of new quiet hours, and back when those end."""

from datetime import timedelta

import pytest

from server.people import flow as people
from server.people.models import Patient
from server.reminders.quiet_hours import flow
from tests.cast import work_by
from tests.reminders.scene import WHEN, Scene
from tests.stories import audited

HOUR = timedelta(hours=1)


async def set_quiet(scene: Scene, start: str | None, end: str | None) -> None:
    """Sets Rosa's quiet hours, in New York time. Her reminder is due at 10:00."""
    async with scene.database.writing() as db:
        work, rosa = work_by(db, scene.cast.rosa, scene.clock()), await db.get_one(Patient, scene.cast.rosa.id)
        await people.set_quiet(work, rosa, start, end)
        await flow.apply_quiet_hours(work, rosa)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("09:30", "10:30", 0.5), ("09:30", "12:30", -0.75), ("11:00", "12:00", 0), (None, None, 0)],
)
async def test_a_reminder_moves_to_the_end_of_quiet_hours_or_before_them(
    scene: Scene, start: str | None, end: str | None, hours: float
) -> None:
    await set_quiet(scene, start, end)
    reminder = await scene.reminder()
    assert (reminder.moment, reminder.next_at) == (WHEN, WHEN + hours * HOUR)
    assert ("reminder.moved-by-quiet-hours" in await audited(scene.database, reminder.id)) == bool(hours)


async def test_without_quiet_hours_a_reminder_returns_to_its_moment(scene: Scene) -> None:
    await set_quiet(scene, "09:30", "10:30")
    await set_quiet(scene, None, None)
    assert (await scene.reminder()).next_at == WHEN


async def test_a_reminder_that_a_worker_is_sending_stays(scene: Scene) -> None:
    await scene.due()
    before = (await scene.reminder()).next_at
    await set_quiet(scene, "09:30", "10:30")
    assert (await scene.reminder()).next_at == before


async def test_a_tick_moves_the_reminders_of_every_patient_with_quiet_hours(scene: Scene) -> None:
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        rosa.quiet_from, rosa.quiet_until = "09:30", "10:30"
    async with scene.database.writing() as db:
        await flow.apply_all_quiet_hours(db, scene.clock())
    assert (await scene.reminder()).next_at == WHEN + HOUR / 2
