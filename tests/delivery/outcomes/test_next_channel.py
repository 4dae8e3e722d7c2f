"""A reminder that no device showed in time goes to the next channel, even while other rows are locked."""

from sqlalchemy import update

from server.db import Database
from server.delivery.outcomes.next_channel import move_to_next_channel
from server.reminders.models import Reminder
from tests.cast import NOW
from tests.delivery.locking import lock_rows, postgres_only
from tests.reminders.scene import FIRST, SECOND, Scene, plan
from tests.stories import rows


async def _sent(database: Database) -> None:
    async with database.writing() as db:
        await db.execute(update(Reminder).values(state="sent", next_channel_at=NOW))


async def test_a_reminder_that_was_not_shown_is_due_on_the_next_channel(scene: Scene) -> None:
    await _sent(scene.database)
    async with scene.database.writing() as db:
        assert await move_to_next_channel(db, scene.clock()) == 1
    reminder = await scene.reminder()
    assert (reminder.state, reminder.channel_index, reminder.next_channel_at) == ("scheduled", 1, None)


@postgres_only
async def test_case_135_a_locked_row_delays_no_other(scene: Scene, database_url: str) -> None:
    await plan(scene.database, scene.cast, [FIRST, SECOND])
    await _sent(scene.database)
    lock = "SELECT id FROM reminder ORDER BY moment LIMIT 1 FOR UPDATE"
    async with lock_rows(database_url, lock), scene.database.writing() as db:
        assert await move_to_next_channel(db, scene.clock()) == 1
    assert sorted(reminder.state for reminder in await rows(scene.database, Reminder)) == ["scheduled", "sent"]
