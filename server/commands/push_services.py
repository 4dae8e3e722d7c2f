"""Print each push service that was turned away, how often, and the setting that would admit it."""

import argparse
import asyncio

from server.commands.shared import say, with_database
from server.operations import refused_services_report
from server.settings import Settings


def run(arguments: argparse.Namespace, given: Settings) -> int:
    rows = asyncio.run(with_database(given, lambda database: refused_services_report.rows(database, given)))
    say(arguments, {"refused": rows}, refused_services_report.words(rows))
    return 0
