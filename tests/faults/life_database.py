"""The database with which each life starts: the cast, their phones and a daily check-in, copied for each life."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto, migrations
from server.access.models import Device, Subscription
from server.actor import Actor, ActorKind
from server.channels.push.host_list import HostList
from server.checkins import flow
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.db import Database, Work
from server.devices import subscriptions
from server.people import flow as people
from server.phone_numbers import reading as numbers
from tests.cast import NOW, Cast, gather, work_by
from tests.faults import inline
from tests.faults.instant_loop import InstantLoop
from tests.faults.life import Life
from tests.stories import PUSH, browser_keys, device_of

KEYS = browser_keys()
KEYRING = crypto.new_keyring()


class LifeDatabase:
    """`new_life()` starts a new life on the file of the last one.

    It trades safety for speed, because no test cuts the power.
    """

    def __init__(self, folder: Path) -> None:
        self._template, self._file = folder / "life_database.db", folder / "life.db"
        self._loop = InstantLoop()
        self._life: Life | None = None
        self._loop.run_until_complete(_prepare(f"sqlite:///{self._template}"))
        self._database = Database(f"sqlite:///{self._file}")
        self._listen(self._database.engine.sync_engine)

    def _listen(self, engine: Engine) -> None:
        inline.hurry(engine)
        event.listen(engine, "commit", lambda _: self._commits("before"))
        dialect: Any = engine.dialect
        do_commit = dialect.do_commit

        def committing(connection: Any) -> None:
            do_commit(connection)
            self._commits("after")

        dialect.do_commit = committing

    def _commits(self, side: str) -> None:
        if self._life is not None:
            self._life.passes("commit", side)

    def new_life(self) -> Life:
        shutil.copy(self._template, self._file)
        self._life = Life(self._loop, self._database, self._file)
        return self._life

    def close(self) -> None:
        self._loop.close()


@contextmanager
def open_life_database() -> Iterator[LifeDatabase]:
    with tempfile.TemporaryDirectory() as folder:
        made = LifeDatabase(Path(folder))
        yield made
        made.close()


async def _prepare(url: str) -> None:
    crypto.use(KEYRING)
    database = Database(url)
    inline.hurry(database.engine.sync_engine)
    await migrations.upgrade(database)
    async with database.writing() as db:
        cast = await gather(db)
        for person in (cast.rosa, cast.luis, cast.walter):
            await device_of(db, person)
        await _other_ways(db, cast)
        daily = Timing(Rhythm.DAILY, time(12), NOW.date())
        await flow.add_plan(work_by(db, cast.maria), cast.rosa, "weekly-als", daily)
        for which in range(3):
            await subscribe(db, which, "first")
    await database.close()


async def _other_ways(db: AsyncSession, cast: Cast) -> None:
    cast.rosa.email = "rosa@example.org"
    people.set_number(cast.rosa, "phone", numbers.read_own("+1 212 555 0101", "US"))
    await people.set_text_consent(work_by(db, cast.rosa), cast.rosa, True)


async def subscribe(db: AsyncSession, which: int, endpoint: str) -> None:
    """One of the devices opens the app with a new endpoint."""
    devices = list(await db.scalars(select(Device).order_by(Device.id)))
    device = devices[which % len(devices)]
    actor = Actor(
        ActorKind.PATIENT, device.patient_id or device.caregiver_id or "", device.clinic_id, device_id=device.id
    )
    at = f"{PUSH}{device.id}-{endpoint}"
    assert isinstance(
        await subscriptions.subscribe(
            Work(db, actor, NOW), subscriptions.NewSubscription(at, *KEYS), HostList.parse("")
        ),
        Subscription,
    )
