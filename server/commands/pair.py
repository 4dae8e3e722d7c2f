"""Print a pairing code for a patient, found by id."""

import argparse
import sys
from datetime import timedelta

from server.access import rules as access_rules
from server.clock import system_clock
from server.commands.shared import say, with_keys
from server.operations import invitations
from server.settings import Settings


def run(arguments: argparse.Namespace, given: Settings) -> int:
    code = with_keys(given, lambda db: invitations.pairing_code(db, arguments.patient, system_clock()))
    if code is None:
        print("interlude: no living patient has that id", file=sys.stderr)
        return 1
    minutes = int(access_rules.PAIRING_LIFE / timedelta(minutes=1))
    say(arguments, {"code": code, "minutes": minutes}, f"{access_rules.shown_code(code)} (for {minutes} minutes)")
    return 0
