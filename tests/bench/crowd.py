"""Many patients, each with a phone that takes pushes and one due reminder."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from server import crypto, migrations
from server.access.models import Device
from server.actor import Actor, ActorKind, system
from server.channels.push.channel import PushChannel
from server.channels.push.host_list import HostList
from server.commands.loading import collect_seldom, without_collecting
from server.db import Database, Work, new_id
from server.delivery.sender import Sender
from server.devices import subscriptions
from server.people.models import Clinic, Patient
from server.reminders import flow
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.cast import gather, meet
from tests.stories import browser_keys

USEFUL = timedelta(hours=4)


async def open_database(folder: Path, name: str) -> Database:
    database = Database(f"sqlite:///{folder / name}.db")
    await migrations.upgrade(database)
    async with database.writing() as db:
        await gather(db)
    return database


async def fill(database: Database, endpoints: Sequence[str], hosts: HostList, due: datetime) -> None:
    """Makes one patient for each endpoint."""
    async with database.writing() as db:
        clinic = (await meet(db)).harbor
        for number, endpoint in enumerate(endpoints):
            patient = Patient(clinic_id=clinic.id, name=f"Patient {number}", zone=clinic.zone, locale="en")
            db.add(patient)
            await db.flush()
            await _phone(db, clinic, patient, endpoint, hosts, due)
            await flow.replan(
                Work(db, system(clinic.id), due),
                flow.Subject(new_id(), patient.id, "/"),
                [Planned(ReminderKind.VISIT, due, due + USEFUL)],
            )


async def _phone(db, clinic: Clinic, patient: Patient, endpoint: str, hosts: HostList, now: datetime) -> None:  # type: ignore[no-untyped-def]
    device = Device(clinic_id=clinic.id, patient_id=patient.id, name="iPhone", joined_at=now, seen_at=now)
    db.add(device)
    await db.flush()
    actor = Actor(ActorKind.PATIENT, patient.id, clinic.id, device_id=device.id)
    taken = await subscriptions.subscribe(
        Work(db, actor, now), subscriptions.NewSubscription(endpoint, *browser_keys()), hosts
    )
    assert not hasattr(taken, "why"), taken


def hosts_of(ports: Sequence[int]) -> HostList:
    return HostList.parse(", ".join(f"127.0.0.1:{port}" for port in ports), base_url_is_loopback=True)


def sender(database: Database, hosts: HostList, now: datetime) -> Sender:
    """The worker's sender, at a time that stands still."""
    push = PushChannel(crypto.keyring().vapid, "mailto:push@clinic.example", hosts, now=lambda: now)
    return Sender(database, push, lambda: now, "https://localhost")


async def send_all(path: Path, port: int, now: datetime) -> None:
    """As a worker that has just started, until nothing is due."""
    with as_a_worker_collects():
        await _send_all(path, port, now)


@contextmanager
def as_a_worker_collects() -> Iterator[None]:
    before = gc.get_threshold()
    try:
        with without_collecting():
            collect_seldom()
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


async def _send_all(path: Path, port: int, now: datetime) -> None:
    database = Database(f"sqlite:///{path}")
    ours = sender(database, hosts_of([port]), now)
    while await ours.tick():
        pass
    await ours.close()
    await database.close()
