"""Send what is due, open and close check-ins."""

import argparse
import asyncio

from server import logs
from server.commands.loading import collect_seldom
from server.commands.shared import with_keys
from server.operations import readiness
from server.settings import Settings
from server.worker import process


def run(_: argparse.Namespace, given: Settings) -> int:
    logs.configure()
    with_keys(given, readiness.check_ready)
    collect_seldom()
    asyncio.run(process.run(given))
    return 0
