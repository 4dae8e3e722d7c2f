"""`make bench ARGS="inbox answers"` runs these parts, and without ARGS all of them.

They measure reminders per second, a hanging push service, a long inbox, the time to the next question, the start, a
claim while many reminders are due, how long others' writes wait while many are sent, how long requests take while many
patients answer, and what a worker uses that has nothing to do.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from server import crypto
from tests.bench import answering, claims, crowd, idle, inbox, sending, writes
from tests.bench import answers as next_question
from tests.bench import start as starting
from tests.bench.sending import Sent, Size
from tests.bench.service import push_services
from tests.browser.running import open_house

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PUSHES = 500
ROUNDS = 3


def row(name: str, value: float, unit: str, versus: str, ratio: float) -> None:
    print(
        json.dumps({"name": name, "value": round(value, 4), "unit": unit, "versus": versus, "ratio": round(ratio, 3)})
    )


def main(argv: list[str]) -> None:
    """Run these parts, or all."""
    parser = argparse.ArgumentParser(prog="tests.bench", description="Prints one JSON line for each figure.")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="part", help=", ".join(PARTS))
    parser.add_argument("--only", choices=sending.SENDERS, help="of `reminders`: this sender alone, in one round")
    asked = parser.parse_args(argv)
    crypto.use(crypto.new_keyring())
    for name in ["reminders"] if asked.only else asked.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](Path(folder), asked.only)


def reminders(folder: Path, only: str | None) -> None:
    """Each sender at each service, beside ours. The main row is of a service that answers at once, per CPU s."""
    found = sending.run(folder, NOW, Size(200, 1) if only else Size(), [only] if only else sending.SENDERS)
    for case, speed in found.items():
        baseline = found.get(Sent(sending.OURS, case.after), speed)
        name = f"{case.sender}_{case.after}_ms"
        row(name, speed.wall, "reminders/s", sending.OURS, speed.wall / baseline.wall)
        row(f"{name}_per_cpu", speed.cpu, "reminders/CPU s", sending.OURS, speed.cpu / baseline.cpu)
    if not only:
        ours, loop = (found[Sent(sender, 0)].cpu for sender in (sending.OURS, "polling_loop"))
        row("reminders_end_to_end", ours, "reminders/CPU s", "polling_loop", ours / loop)


def hanging(folder: Path, _only: str | None) -> None:
    with push_services(2) as ports:
        pairs = [asyncio.run(_hanging(folder / f"hang-{number}", ports)) for number in range(ROUNDS)]
    calm, hung = (sorted(values)[ROUNDS // 2] for values in zip(*pairs, strict=True))
    row("p99_while_a_service_hangs", hung, "s", "all_answer", hung / calm)


def long_inbox(folder: Path, _only: str | None) -> None:
    ours, theirs = asyncio.run(inbox.run(folder, NOW))
    row("inbox_10000_open", ours, "ms", "one_query_a_flag", ours / theirs)


def answers(folder: Path, _only: str | None) -> None:
    """The time to the next question on a slow phone and a slow connection, and on this machine as it is."""
    with open_house(folder) as house:
        slow, quick = (asyncio.run(next_question.p75(house, slow)) for slow in (True, False))
    row("answer_to_next_question_p75", slow, "ms", "no_throttling", slow / quick)


def write_waits(folder: Path, _only: str | None) -> None:
    busy, calm = writes.run(folder, NOW)
    row(f"write_p99_while_sending_{writes.REMINDERS}", busy.p99, "ms", "no_worker", busy.p99 / calm.p99)
    row(f"writes_failed_while_sending_{writes.REMINDERS}", busy.failed, "writes", "no_worker", busy.failed)


def claim_times(folder: Path, _only: str | None) -> None:
    found = asyncio.run(claims.run(folder, NOW))
    few, many = found[claims.FEW], found[claims.MANY]
    due, versus = f"{claims.MANY}_due", f"{claims.FEW}_due"
    row(f"claim_of_100_with_{due}", many.claim, "ms", versus, many.claim / few.claim)
    row(f"attempts_of_100_with_{due}", many.attempts, "ms", versus, many.attempts / few.attempts)


def crowd_answers(folder: Path, _only: str | None) -> None:
    took = answering.run(folder)
    row(f"request_p99_while_{answering.PATIENTS}_answer", took.p99, "ms", "p50", took.p99 / took.p50)
    row(f"requests_failed_while_{answering.PATIENTS}_answer", took.failed, "requests", "none", took.failed)


def idle_worker(folder: Path, _only: str | None) -> None:
    used = idle.run(folder)
    row("idle_worker", used, "% of a core", "a_core", used / 100)


def start(folder: Path, _only: str | None) -> None:
    """CPU seconds from the start of a process to its first answer or tick, beside loading two libraries alone."""
    found = starting.run(folder)
    alone = found.pop("libraries")
    for name, spent in found.items():
        row(f"start_{name}", spent.cpu, "CPU s", "import_litestar_sqlalchemy", spent.cpu / alone.cpu)
        row(f"start_{name}_wall", spent.wall, "s", "import_litestar_sqlalchemy", spent.wall / alone.wall)


PARTS = {
    "reminders": reminders,
    "hanging": hanging,
    "inbox": long_inbox,
    "answers": answers,
    "start": start,
    "writes": write_waits,
    "claims": claim_times,
    "crowd": crowd_answers,
    "idle": idle_worker,
}


async def _hanging(folder: Path, ports: list[int]) -> tuple[float, float]:
    """The p99 of seconds to an answer from the second service, while the first one answers and while it hangs."""
    folder.mkdir()
    return await _p99(folder, ports, "push"), await _p99(folder, ports, "hang")


async def _p99(folder: Path, ports: list[int], first: str) -> float:
    hosts = crowd.hosts_of(ports)
    other = [f"http://127.0.0.1:{ports[1]}/push/{number}" for number in range(PUSHES // 2)]
    slow = [f"http://127.0.0.1:{ports[0]}/{first}/{number}" for number in range(PUSHES // 10)]
    database = await crowd.open_database(folder, first)
    mixed = [endpoint for place, endpoint in enumerate(other) for endpoint in (endpoint, *slow[place : place + 1])]
    await crowd.fill(database, mixed, hosts, NOW)
    sender = crowd.sender(database, hosts, NOW)
    taken = _note_answers(sender, ports[1])
    began = time.perf_counter()
    while len(taken) < len(other):
        await sender.begin()
        await asyncio.sleep(0.01)
    await sender.close()
    await database.close()
    return quantiles([at - began for at in taken], n=100)[98]


def _note_answers(sender, port: int) -> list[float]:  # type: ignore[no-untyped-def]
    """Records when each push to this service was answered."""
    taken: list[float] = []
    channel = sender.channels["push"]
    send = channel.send

    async def noting(address, message):  # type: ignore[no-untyped-def]
        outcome = await send(address, message)
        if f":{port}/" in address.endpoint:
            taken.append(time.perf_counter())
        return outcome

    channel.send = noting
    return taken


if __name__ == "__main__":
    main(sys.argv[1:])
