"""The crash matrix: a worker is killed just before and just after each of its kill points, restarted and checked.

At every point this must hold. Everyone who was reached without the crash is reached with it, or is on the call list. A
push may come once more, with the same Topic and tag. A text or an email never comes twice.
"""

import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product, takewhile

from sqlalchemy import select

from server.db import Database
from server.flags.models import Flag
from server.reminders.models import Reminder
from tests.faults.lanes import Lane
from tests.faults.workers import Lived

SIDES = ("before", "after")
EVERY = {"write": 20, "beat": 20}  # the bounded part runs one in this many; of the network points one in four
PENDING = ("scheduled", "sending")
ON_THE_LIST = ("unreached", "failed")
Kill = tuple[int, str]
Judge = Callable[["World", "World"], list[str]]  # what is wrong without a crash, and with one


@dataclass(frozen=True)
class World:
    """What everybody had received at the end of a run."""

    states: dict[str, str]  # by reminder
    pushes: Counter[tuple[str, str]]  # by Topic and phone; those that the service accepted
    letters: Counter[str]  # by reminder
    texts: Counter[str]  # by number
    odd_tags: int
    written_to: Counter[str] = field(default_factory=Counter)  # letters by address
    contacts_notified: tuple[int, ...] = ()  # of each flag


@dataclass
class Matrix:
    """The run without a crash, and the faults of the runs with one."""

    points: list[str]
    calm: World
    runs: int = 0
    never_came: int = 0  # concurrent points are not numbered alike in each run
    broken: list[str] = field(default_factory=list)

    def kills(self) -> list[Kill]:
        return list(product(range(1, len(self.points) + 1), SIDES))

    def telling_kills(self) -> list[Kill]:
        """Both sides of each send and of each commit of an attempt.

        Of the other commits the far side, and of the rest a sample.
        """
        chosen: list[Kill] = []
        passed: Counter[str] = Counter()
        for number in range(1, len(self.points) + 1):
            kind = self._kind(number)
            passed[kind] += 1
            if kind in ("commit of an attempt", "channel"):
                chosen += [(number, side) for side in SIDES]
            elif kind == "commit" or passed[kind] % EVERY.get(kind, 4) == 1:
                chosen.append((number, "after"))
        return chosen

    def kills_around(self, *tables: str) -> list[Kill]:
        """Both sides of each send, and of each commit that writes to one of these tables."""
        points = [
            number
            for number in range(1, len(self.points) + 1)
            if self.points[number - 1].startswith("channel") or self._written(number) & set(tables)
        ]
        return list(product(points, SIDES))

    def _written(self, number: int) -> set[str]:
        """The tables that a commit wrote to, from the writes before it. Empty if the point is not a commit."""
        if self.points[number - 1] != "commit":
            return set()
        written = takewhile(lambda point: point.startswith("write"), reversed(self.points[: number - 1]))
        return {point.split()[2] for point in written}

    def _kind(self, number: int) -> str:
        """The kind of a point. A commit is identified by the writes before it."""
        what = self.points[number - 1]
        if what != "commit":
            return "beat" if "beat" in what else what.split()[0]
        tables = self._written(number)
        if tables == {"worker_heartbeat"}:
            return "beat"
        return "commit of an attempt" if "attempt" in tables else "commit"


async def calm(lane: Lane) -> Matrix:
    """A run without a kill: it finds the kill points and what everybody must receive."""
    async with lane.fresh() as job:
        lived = await lane.workers.live(job)
        assert lived.ended_well, lived.lines[-1:]
        return Matrix(lived.points, await look(lane, job.settings.database_url))


async def crash(lane: Lane, matrix: Matrix, kill: Kill, judge: Judge | None = None) -> None:
    """One run: killed at this point, restarted and compared."""
    number, side = kill
    async with lane.fresh() as job:
        killed = await lane.workers.live(replace(job, kill=kill))
        lived = await lane.workers.live(job.again(killed.last_seen)) if killed.signal else killed
        world = await look(lane, job.settings.database_url)
        found = _wrong_ends(killed, lived) or (judge or wrong)(matrix.calm, world)
    matrix.runs += 1
    matrix.never_came += not killed.signal
    matrix.broken += [f"killed {side} point {number} ({killed.points[-1]}): {each}" for each in found]


def _wrong_ends(killed: Lived, lived: Lived) -> list[str]:
    if killed.signal not in (0, signal.SIGKILL):
        return [f"killed by signal {killed.signal}"]
    return [] if lived.ended_well else [f"it did not end well: {lived.lines[-1:]}"]


def wrong(calm: World, world: World) -> list[str]:
    return [*_lost(calm, world), *_doubled(calm, world)]


def _lost(calm: World, world: World) -> list[str]:
    found = [f"a reminder is still {state}" for state in world.states.values() if state in PENDING]
    found += [f"a push to {phone} is lost" for topic, phone in calm.pushes if not world.pushes[topic, phone]]
    for reminder in calm.letters:
        if not world.letters[reminder] and world.states[reminder] not in ON_THE_LIST:
            found.append(f"a letter is lost, and its reminder is {world.states[reminder]}")
    if any(not world.texts[number] for number in calm.texts) and len(_listed(world)) < len(_listed(calm)):
        found.append("a text is lost, and nobody more is on the call list")
    return found


def _doubled(calm: World, world: World) -> list[str]:
    found = [f"{n} letters for one reminder" for n in world.letters.values() if n > 1]
    found += [f"{n} texts to one number" for n in world.texts.values() if n > 1]
    for (topic, phone), n in world.pushes.items():
        if n > calm.pushes[topic, phone] + 1:
            found.append(f"{n} pushes to {phone} for one crash")
    return found + ["a push whose tag is not its Topic"] * world.odd_tags


def _listed(world: World) -> list[str]:
    return [reminder for reminder, state in world.states.items() if state in ON_THE_LIST]


async def look(lane: Lane, url: str) -> World:
    """What the database and the records of the services say."""
    database, services = Database(url), lane.services
    async with database.reading() as db:
        rows = (await db.execute(select(Reminder.id, Reminder.state).where(Reminder.moment < lane.end))).all()
        flags = await db.scalars(select(Flag.contacts_notified).order_by(Flag.id))
        contacts_notified = tuple(flags)
    await database.close()
    return World(
        states={reminder: state for reminder, state in rows},
        pushes=Counter((push.topic, push.phone) for push in services.pushes if push.status < 300),
        letters=Counter(_reminder_of(message_id) for message_id in services.letters),
        texts=Counter(number for number, _ in services.texts),
        written_to=Counter(services.written_to),
        contacts_notified=contacts_notified,
        odd_tags=sum(push.tag != push.topic for push in services.pushes),
    )


def _reminder_of(message_id: str) -> str:
    """The left part of a Topic ends with the reminder's id."""
    return message_id.strip("<>").partition("@")[0].rpartition(".")[2]
