"""Serve the pages."""

import argparse

from server import app, logs
from server.commands.loading import without_collecting
from server.commands.shared import with_keys
from server.operations import readiness
from server.settings import Settings
from server.web import process


def run(_: argparse.Namespace, given: Settings) -> int:
    logs.configure()
    with_keys(given, readiness.check_ready)
    with without_collecting():
        made = app.create(given)
    process.run(made, given)
    return 0
