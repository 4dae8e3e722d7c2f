"""The `interlude` command line; commands that return data accept `--json`."""

import argparse
import sys
from dataclasses import dataclass
from importlib import import_module

from server import settings
from server.commands.loading import without_collecting
from server.settings import Settings


@dataclass(frozen=True)
class Command:
    """`run` of its own module in `server/commands` does it."""

    name: str
    says: str
    answers: bool = False
    takes: tuple[tuple[str, str], ...] = ()


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        given = settings.read()
        with without_collecting():
            _check_channels(given)
            command = import_module(f"server.commands.{arguments.command.replace('-', '_')}")
        return int(command.run(arguments, given))
    except settings.CannotRun as error:
        print(f"interlude: {error}", file=sys.stderr)
        return 2


def _check_channels(given: Settings) -> None:
    """Raise BadSetting if email or text messages could never be sent: before anything starts (case 80)."""
    if given.smtp_url:
        from server.channels import email

        email.read_server(given.smtp_url)
    if given.text_url:
        from server.channels import text

        text.check_url(given.text_url)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="interlude", description="Reminders and check-ins between infusions.")
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.says, description=command.says)
        for name, says in command.takes:
            sub.add_argument(name, help=says)
        if command.answers:
            sub.add_argument("--json", action="store_true", help="answer in JSON")
    return parser


COMMANDS = (
    Command("run", "Set up what is missing, then serve: web and worker side by side."),
    Command("web", "Serve the pages."),
    Command("worker", "Send what is due, open and close check-ins."),
    Command("migrate", "Bring the database schema up to date."),
    Command("demo", "Fill an empty database with a demo clinic."),
    Command(
        "staff", "Print a one-time sign-in link for a staff member.", True, (("email", "the staff member's email"),)
    ),
    Command("pair", "Print a pairing code for a patient's phone.", True, (("patient", "the patient's id"),)),
    Command("push-services", "List the push services that were turned away, and how to admit them.", True),
    Command("keys", "Make the keyring, or list the ids of its keys.", True),
)

if __name__ == "__main__":
    sys.exit(main())
