"""The `interlude` command line; commands that return data accept `--json`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from server import app, crypto, logs, migrations, settings, supervisor
from server.access import rules as access_rules
from server.clock import system_clock
from server.db import Database
from server.operations import invitations, keyring_file, keys_in_use, refused_services_report, setup
from server.settings import Settings
from server.web import process as web_process
from server.worker import construction
from server.worker import process as worker_process

T = TypeVar("T")


@dataclass(frozen=True)
class Command:
    name: str
    says: str
    run: Callable[[argparse.Namespace, Settings], int]
    answers: bool = False
    takes: tuple[tuple[str, str], ...] = ()


def main(argv: list[str] | None = None) -> int:
    try:
        arguments = _parser().parse_args(argv)
        given = settings.read()
        construction.check_channels(given)
        return int(arguments.run(arguments, given))
    except (settings.BadSetting, crypto.MissingKey, migrations.UnknownWords) as error:
        print(f"interlude: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="interlude", description="Reminders and check-ins between infusions.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.says, description=command.says)
        for name, says in command.takes:
            sub.add_argument(name, help=says)
        if command.answers:
            sub.add_argument("--json", action="store_true", help="answer in JSON")
        sub.set_defaults(run=command.run)
    return parser


def run(_: argparse.Namespace, given: Settings) -> int:
    """Set up and run everything on one machine: keys, schema, demo clinic, then web and worker side by side."""
    if not supervisor.port_is_free(given):
        raise settings.BadSetting(f"port {given.listens_on()[1]} is taken; try PORT=8001 make run")
    keyring_file.ensure(given)
    crypto.use(crypto.load_keyring(given.secret_keys))
    print("Interlude", flush=True)
    invitation = asyncio.run(setup.prepare(given))
    return supervisor.side_by_side(given, invitation)


def web(_: argparse.Namespace, given: Settings) -> int:
    logs.configure()
    _with_keys(given, setup.check_ready)
    web_process.run(app.create(given), given)
    return 0


def worker(_: argparse.Namespace, given: Settings) -> int:
    logs.configure()
    _with_keys(given, setup.check_ready)
    asyncio.run(worker_process.run(given))
    return 0


def migrate(_: argparse.Namespace, given: Settings) -> int:
    if keyring_file.is_there(given):  # a migration may have to decrypt columns; an empty database needs no keys
        crypto.use(crypto.load_keyring(given.secret_keys))
    asyncio.run(_with_database(given, migrations.upgrade))
    print("the schema is up to date")
    return 0


def keys(arguments: argparse.Namespace, given: Settings) -> int:
    """Create the keyring file if needed. Print only the ids of its keys, and how many devices use which push key."""
    made = keyring_file.ensure(given)
    ring = crypto.load_keyring(given.secret_keys)
    there = not given.database_url.startswith("sqlite") or Path(given.database_url.removeprefix("sqlite:///")).exists()
    phones = _with_keys(given, keys_in_use.phones_by_key) if there else None
    answer = {"made": made, "data": list(ring.data), "vapid": list(ring.vapid), "outbox": list(ring.outbox)}
    answer |= {"phones": phones}
    _say(
        arguments,
        answer,
        "\n".join(
            f"{name}: {', '.join(map(str, ids)) if isinstance(ids, list) else ids}" for name, ids in answer.items()
        ),
    )
    return 0


def seed_demo(_: argparse.Namespace, given: Settings) -> int:
    keyring_file.ensure(given)
    crypto.use(crypto.load_keyring(given.secret_keys))
    asyncio.run(setup.prepare(given))
    return 0


def staff(arguments: argparse.Namespace, given: Settings) -> int:
    """Print a one-time sign-in link for a staff member, found by email; one for each clinic of that person."""
    tokens = _with_keys(given, lambda db: invitations.staff_link_tokens(db, arguments.email, system_clock()))
    if not tokens:
        print("interlude: no staff member has that email", file=sys.stderr)
        return 1
    hours = int(access_rules.STAFF_LINK_LIFE / timedelta(hours=1))
    for clinic, token in tokens.items():
        link = f"{given.base_url}/staff/link#{token}"
        line = link if len(tokens) == 1 else f"{clinic}: {link}"
        _say(arguments, {"clinic": clinic, "link": link, "hours": hours}, line)
    return 0


def pair(arguments: argparse.Namespace, given: Settings) -> int:
    """Print a pairing code for a patient, found by id."""
    code = _with_keys(given, lambda db: invitations.pairing_code(db, arguments.patient, system_clock()))
    if code is None:
        print("interlude: no patient has that id", file=sys.stderr)
        return 1
    minutes = int(access_rules.PAIRING_LIFE / timedelta(minutes=1))
    _say(arguments, {"code": code, "minutes": minutes}, f"{access_rules.shown_code(code)} (for {minutes} minutes)")
    return 0


def push_services(arguments: argparse.Namespace, given: Settings) -> int:
    """Print each push service that was turned away, how often, and the setting that would admit it."""
    rows = asyncio.run(_with_database(given, lambda database: refused_services_report.rows(database, given)))
    _say(arguments, {"refused": rows}, refused_services_report.words(rows))
    return 0


def _with_keys(given: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    crypto.use(crypto.load_keyring(given.secret_keys))
    return asyncio.run(_with_database(given, work))


async def _with_database(given: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    database = Database(given.database_url)
    try:
        return await work(database)
    finally:
        await database.close()


def _say(arguments: argparse.Namespace, answer: dict[str, object], words: str) -> None:
    print(json.dumps(answer) if arguments.json else words)


COMMANDS = (
    Command("run", "Set up what is missing, then serve: web and worker side by side.", run),
    Command("web", "Serve the pages.", web),
    Command("worker", "Send what is due, open and close check-ins.", worker),
    Command("migrate", "Bring the database schema up to date.", migrate),
    Command("demo", "Fill an empty database with a demo clinic.", seed_demo),
    Command(
        "staff",
        "Print a one-time sign-in link for a staff member.",
        staff,
        True,
        (("email", "the staff member's email"),),
    ),
    Command("pair", "Print a pairing code for a patient's phone.", pair, True, (("patient", "the patient's id"),)),
    Command(
        "push-services", "List the push services that were turned away, and how to admit them.", push_services, True
    ),
    Command("keys", "Make the keyring, or list the ids of its keys.", keys, True),
)

if __name__ == "__main__":
    sys.exit(main())
