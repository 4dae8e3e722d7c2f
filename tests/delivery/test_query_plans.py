"""A batch reads what it needs and nothing else, however many patients there are and however much is due.

These tests ask SQLite, which says how it finds rows and counts what it does.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from server.channels.protocol import Outcome, Result
from server.db import Database
from server.delivery import sender
from server.people.models import Patient
from server.reminders import notices
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.cast import NOW, Cast, work_by
from tests.copies import add_copies
from tests.query_plans import record
from tests.reminders.digests.scene import DAY
from tests.reminders.scene import ENDS, SECOND, Scene, plan
from tests.stories import subscribed

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REFUSED = Outcome(Result.REFUSED, 403)
OUTCOMES = [Outcome(Result.ACCEPTED, 201), Outcome(Result.GONE, 410), Outcome(Result.LATER, 503), REFUSED]


async def everybody_has_a_phone(everybody: Cast, scene: Scene) -> None:
    """Rosa, her caregiver, a patient with her mailbox, and staff; a digest, and a message to staff."""
    async with scene.database.writing() as db:
        for person in (everybody.luis, everybody.walter, everybody.ken):
            await subscribed(db, person)
        rosa, walter = await db.get_one(Patient, everybody.rosa.id), await db.get_one(Patient, everybody.walter.id)
        rosa.email = walter.email = "home@example.org"
        rosa.phone_tel, rosa.text_consent_at = "+12125550101", NOW
        about = ReminderKind.ALERT, rosa.id, "f" * 32, "/staff", ENDS
        await notices.remind_now(work_by(db, everybody.maria), notices.Notice(*about, staff_id=everybody.ken.id))
    await plan(scene.database, everybody, [SECOND], "b" * 32)


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.result)
async def test_nothing_that_sends_reminders_scans_a_table(scene: Scene, outcome: Outcome) -> None:
    await everybody_has_a_phone(scene.cast, scene)
    recorded = record(scene.database)
    scene.push.says = outcome
    for _ in range(4):
        scene.clock.move(hours=1)
        await scene.run()
    assert len(recorded.ran) > 15
    assert await recorded.scans() == {}


class CountingDatabase(Database):
    """Counts what SQLite's virtual machine does, in tens of steps."""

    steps = 0

    def __init__(self, url: str) -> None:
        super().__init__(url)
        event.listen(self.engine.sync_engine, "connect", self._watch)

    def _watch(self, opened: Any, _record: object) -> None:
        opened.driver_connection._conn.set_progress_handler(self._count, 10)

    def _count(self) -> int:
        self.steps += 1
        return 0


async def steps_of_a_tick(scene: Scene, url: str) -> int:
    database = CountingDatabase(url)
    await scene.worker(database).tick()
    await database.close()
    return database.steps


async def test_a_batch_takes_as_many_steps_however_much_is_due(
    scene: Scene, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next day 300 others are due a minute after Rosa; a batch is one reminder."""
    monkeypatch.setattr(sender, "BATCH", 1)
    next_day = Planned(ReminderKind.VISIT, SECOND.moment + DAY, SECOND.expires_at + DAY)
    await plan(scene.database, scene.cast, [next_day], "b" * 32)
    scene.clock.move(hours=1)
    alone = await steps_of_a_tick(scene, database_url)
    async with scene.database.writing() as db:
        await add_copies(db, 300, next_day.moment + timedelta(minutes=1))
    scene.clock.move(hours=26)
    among_many = await steps_of_a_tick(scene, database_url)
    assert len(scene.push.sent) == 2
    assert among_many < 2 * alone
