"""The long sweeps: `python -m tests.faults --seed 7`. Each part reports its progress, and a summary ends the run."""

import argparse
import asyncio
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import structlog

from server import crypto
from tests.browser.chromium import chromium
from tests.browser.everywhere import look_everywhere
from tests.browser.running import House, open_house
from tests.databases import Postgres, postgres_server
from tests.faults import escalation, quiet_days, trouble_sweep
from tests.faults.crash_matrix import Judge, calm, crash, wrong
from tests.faults.lanes import Lane, PostgresCopies, SqliteCopies, lane, postgres_copies
from tests.faults.offsets import zones
from tests.faults.states import live
from tests.faults.submissions import send_all
from tests.faults.workers import Workers, fork_server
from tests.faults.zone_sweep import sweep

Part = tuple[str, list[str]]
PARTS = ("tests", "crashes", "quiet", "states", "submissions", "looks", "trouble", "zones")


class Progress:
    """One line of progress, overwritten on a terminal. Elsewhere only the final line is printed."""

    def __init__(self, name: str) -> None:
        self.name, self.began = name, time.monotonic()

    def __call__(self, what: str, end: bool = False) -> None:
        watched = sys.stderr.isatty()
        if watched or end:
            took = f"{time.monotonic() - self.began:.0f} s"
            sys.stderr.write(f"{chr(13) if watched else ''}{self.name}: {what}, {took}" + ("\n" if end else "  "))
            sys.stderr.flush()


async def crashes(kind: str, lane: Lane, telling: bool, judge: Judge = wrong) -> Part:
    """Kills a worker on this database at every kill point, or only at the telling ones."""
    tell = Progress(f"crashes on {kind}")
    matrix = await calm(lane)
    kills = matrix.telling_kills() if telling else matrix.kills()
    for number, kill in enumerate(kills, 1):
        await crash(lane, matrix, kill, judge)
        tell(f"{number} of {len(kills)} runs")
    summary = f"{len(matrix.points)} points, {matrix.runs} runs ({matrix.never_came} whose point did not come)"
    tell(summary, end=True)
    return f"{kind} {summary}", matrix.broken


async def both_crashes(telling: bool) -> list[Part]:
    """Both databases at once. Their lanes are made one after the other, because migrations cannot run side by side."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgres_server())
        copies: dict[str, SqliteCopies | PostgresCopies]
        copies = {"sqlite": SqliteCopies(folder), "postgres": postgres_copies(server)}
        workers = await stack.enter_async_context(fork_server())
        lanes = {kind: await stack.enter_async_context(lane(each, workers)) for kind, each in copies.items()}
        escalations = {
            kind: await stack.enter_async_context(_escalation(folder, server, kind, workers)) for kind in lanes
        }
        done = list(await asyncio.gather(*(crashes(kind, each, telling) for kind, each in lanes.items())))
        on_escalation = (
            crashes(f"{kind}, on call", each, telling, escalation.wrong) for kind, each in escalations.items()
        )
        return [*done, *await asyncio.gather(*on_escalation)]


def _escalation(folder: Path, server: Postgres, kind: str, workers: Workers) -> AbstractAsyncContextManager[Lane]:
    """The lane on which an urgent flag escalates along the on-call rota."""
    (folder / "escalation").mkdir(exist_ok=True)
    copies = SqliteCopies(folder / "escalation") if kind == "sqlite" else postgres_copies(server)
    return lane(copies, workers, escalation.tell, escalation.END)


def trouble() -> Part:
    """PostgreSQL in trouble while two workers send a burst."""
    tell = Progress("trouble")
    with postgres_server() as server:
        found = asyncio.run(trouble_sweep.live(server, tell))
    tell("done", end=True)
    return ", ".join(found.durations), found.wrong


def states(steps: int, seed: int) -> Part:
    tell = Progress("states")
    found = live(steps, seed, lambda done: tell(f"{done} of {steps} steps"))
    tell(f"{found.steps} steps", end=True)
    return f"{found.steps} steps", [found.broken] if found.broken else []


def quiet(lives: int, first: int) -> Part:
    """Days with any quiet hours, policies, zones, times of check-ins and faulty channels."""
    tell = Progress("quiet hours")
    found = quiet_days.live(lives, first, lambda done: tell(f"{done} of {lives} lives"))
    tell(f"{found.lives} lives", end=True)
    return f"{found.lives} lives with quiet hours", found.broken


def submissions(count: int, seed: int) -> Part:
    """A browser submits check-ins over a network that cuts connections."""
    crypto.use(crypto.new_keyring())
    with tempfile.TemporaryDirectory() as folder, open_house(Path(folder)) as house:
        return asyncio.run(_submissions(house, count, seed))


async def _submissions(house: House, count: int, seed: int) -> Part:
    tell = Progress("submissions")
    async with chromium() as browser, house.cleared() as site:
        found = await send_all(browser, site, count, seed, lambda done: tell(f"{done} of {count}"))
    summary = f"{found.submissions} submissions, {found.cuts} connections cut"
    tell(summary, end=True)
    return summary, found.wrong


def looks() -> Part:
    """axe checks every page of a patient in every look."""
    crypto.use(crypto.new_keyring())
    with tempfile.TemporaryDirectory() as folder, open_house(Path(folder)) as house:
        return asyncio.run(_looks(house))


async def _looks(house: House) -> Part:
    tell = Progress("looks")
    async with chromium() as browser:
        found = await look_everywhere(browser, house, lambda done: tell(f"{done} looks"))
    summary = f"{found.pages} pages, {found.looks} looks"
    tell(summary, end=True)
    return summary, found.wrong


def tests() -> Part:
    """The tests that are marked as sweeps, which `make test` leaves out."""
    tell = Progress("tests")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-m", "sweep", "--durations=10"],
        stdout=subprocess.PIPE,
        text=True,
    )
    summary = run.stdout.strip().rpartition("\n")[2]
    tell(summary, end=True)
    return f"tests: {summary}", [run.stdout] if run.returncode else []


def all_zones(every: int, seed: int) -> Part:
    tell, changes, checks, wrong = Progress("zones"), 0, 0, list[str]()
    names = zones()
    for number, zone in enumerate(names, 1):
        found = sweep([zone], every, first=seed)
        changes, checks = changes + found.transitions, checks + found.checks
        wrong += found.wrong
        tell(f"{number} of {len(names)} zones")
    summary = f"{len(names)} zones, {changes} changes, {checks} checks"
    tell(summary, end=True)
    return summary, wrong


def main() -> int:
    asked = _arguments().parse_args()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    parts: dict[str, Callable[[], list[Part]]] = {
        "tests": lambda: [tests()],
        "crashes": lambda: asyncio.run(both_crashes(asked.crashes == "telling")),
        "states": lambda: [states(asked.steps, asked.seed)],
        "quiet": lambda: [quiet(asked.lives, asked.seed)],
        "submissions": lambda: [submissions(asked.submissions, asked.seed)],
        "looks": lambda: [looks()],
        "trouble": lambda: [trouble()],
        "zones": lambda: [all_zones(asked.every, asked.seed)],
    }
    done = [part for name in asked.parts for part in parts[name]()]
    broken = [each for _, found in done for each in found]
    for each in broken:
        print(each, file=sys.stderr)
    summaries = "; ".join(summary for summary, _ in done)
    print(f"faults: {'broken ' + str(len(broken)) if broken else 'ok'}, seed {asked.seed}: {summaries}")
    return 1 if broken else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(2)), help="the same seed, the same run")
    parser.add_argument("--parts", nargs="+", choices=PARTS)
    parser.add_argument("--crashes", choices=("all", "telling"), default="all", help="which kill points")
    parser.add_argument("--steps", type=int, default=100_000, help="of the state machine")
    parser.add_argument("--lives", type=int, default=60, help="of two days each, with quiet hours")
    parser.add_argument("--submissions", type=int, default=1000, help="check-ins sent over a network that cuts")
    parser.add_argument("--every", type=int, default=1, help="one in so many of each zone's changes")
    parser.set_defaults(parts=PARTS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
