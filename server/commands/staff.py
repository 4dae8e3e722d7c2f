"""Print a one-time sign-in link for a staff member, found by email; one link for each clinic of that person."""

import argparse
import sys
from datetime import timedelta

from server.access import rules as access_rules
from server.clock import system_clock
from server.commands.shared import say, with_keys
from server.operations import invitations
from server.settings import Settings


def run(arguments: argparse.Namespace, given: Settings) -> int:
    tokens = with_keys(given, lambda db: invitations.staff_link_tokens(db, arguments.email, system_clock()))
    if not tokens:
        print("interlude: no staff member has that email", file=sys.stderr)
        return 1
    hours = int(access_rules.STAFF_LINK_LIFE / timedelta(hours=1))
    for clinic, token in tokens.items():
        link = f"{given.base_url}/staff/link#{token}"
        line = link if len(tokens) == 1 else f"{clinic}: {link}"
        say(arguments, {"clinic": clinic, "link": link, "hours": hours}, line)
    return 0
