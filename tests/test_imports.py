"""Modules import each other only in the allowed directions (docs/ARCHITECTURE.md), checked on the syntax trees."""

import pytest

from tests.import_rules import FILES, NOT_OURS, RANK, SERVER, faults, room_of_file

pytestmark = pytest.mark.source


def test_imports_follow_the_rules() -> None:
    assert [f"{file}: {fault}" for file in FILES for fault in faults(file, (SERVER / file).read_text())] == []


def test_every_folder_has_a_rank() -> None:
    rooms = {room_of_file(file) for file in FILES} - {"__init__"}
    assert rooms == RANK.keys()


def test_no_folder_is_named_after_a_layer() -> None:
    assert not NOT_OURS & {path.name for path in SERVER.rglob("*") if path.is_dir()}


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("reminders/flow.py", "from server.checkins import flow as checkins"),
        ("flags/flow.py", "import server.appointments.models"),
        ("people/flow.py", "from server.channels.push.channel import PushChannel"),
        ("desk/pages.py", "from server.phone.pages import router"),
        ("desk/pages.py", "from sqlalchemy import select"),
        ("desk/routes.py", "from server.phone import pages"),
        ("desk/pages.py", "from server.desk import routes"),
        ("checkins/flow.py", "from server.flags import expected_level_pages"),
        ("checkins/flow.py", "from server.web import render"),
        ("checkins/flow.py", "from litestar import Response"),
        ("checkins/flow.py", "from server.access.guards import STAFF"),
        ("checkins/flow.py", "from server.access.cookies import session_cookie"),
        ("checkins/flow.py", "from server.worker.ticks import TICKS"),
        ("checkins/models.py", "from server.checkins import flow"),
        ("flags/rules.py", "from sqlalchemy import select"),
        ("flags/rules.py", "from server.flags.models import Flag"),
        ("web/charts.py", "import babel"),
        ("db/tables.py", "from server.people.models import Clinic"),
        ("web/edits.py", "from server.people import flow"),
        ("web/public_pages.py", "from server.access.guards import admit"),
        ("web/render.py", "from server.desk import rules"),
        ("clock.py", "from server.web import charts"),
        ("clock.py", "from litestar import Response"),
        ("desk/trends.py", "from server.worker import pulse"),
        ("delivery/sender.py", "from server.worker.worker import Worker"),
        ("worker/ticks.py", "from server.desk import trends"),
        ("worker/ticks.py", "from server.demo import seed"),
        ("worker/ticks.py", "from server.operations import setup"),
        ("worker/process.py", "from server.web import render"),
        ("worker/process.py", "import litestar"),
        ("demo/seed.py", "from server.operations import setup"),
        ("demo/seed.py", "from server.desk.end_of_care import flow"),
        ("demo/invite.py", "from server.web import cookies"),
        ("migrations/__init__.py", "from server.demo import seed"),
        ("operations/setup.py", "from server import app"),
        ("operations/setup.py", "from server import cli"),
        ("operations/setup.py", "from server import supervisor"),
        ("operations/invitations.py", "from litestar import Response"),
        ("people/flow.py", "from server.operations import keyring_file"),
        ("people/flow.py", "from server import app"),
        ("supervisor.py", "from server import app"),
        ("supervisor.py", "from server import cli"),
        ("app.py", "from server import cli"),
        ("app.py", "from server.commands import loading"),
        ("app.py", "from server.operations import setup"),
        ("cli.py", "from server.phone import pages"),
        ("cli.py", "from server.phone import routes"),
        ("cli.py", "from server.web import render"),
        ("shell.py", "from server.people import flow"),
        ("delivery/sender.py", "from pywebpush import webpush"),
        ("channels/push/http_client.py", "import py_vapid"),
        ("channels/push/channel.py", "import py_vapid"),
        ("channels/push/vapid.py", "import pywebpush"),
        ("desk/pages.py", 'wants = "HX-Request"'),
        ("desk/pages.py", "def late():\n    import json"),
        ("desk/pages.py", "async def late():\n    from server import crypto"),
        ("channels/text.py", "import apprise"),
        ("exchange/calendar.py", "from icalendar.cal import Event"),
        ("migrations/__init__.py", "from alembic import command"),
        ("flags/flow.py", "from .expected_level_pages import router"),
        ("flags/flow.py", "from . import expected_level_pages"),
        ("flags/flow.py", "from ..desk import trends"),
        ("flags/flow.py", 'importlib.import_module("server.desk.trends")'),
        ("flags/flow.py", 'def late():\n    return import_module("server.desk.trends")'),
        ("flags/flow.py", 'importlib.import_module(f"server.{room}.trends")'),
        ("flags/flow.py", '__import__("server.desk.trends")'),
        ("flags/flow.py", "import server\nprint(server.desk.trends.LATEST)"),
    ],
)
def test_a_broken_rule_is_noticed(file: str, source: str) -> None:
    assert len(faults(file, source)) >= 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        (
            "desk/pages.py",
            "import json\nfrom server import db\nfrom server.checkins import flow\nfrom server.access import guards",
        ),
        ("desk/pages.py", "from sqlalchemy.ext.asyncio import AsyncSession"),
        ("commands/run.py", "from server import app, supervisor\nfrom server.operations import setup"),
        ("operations/setup.py", "from server import demo, migrations"),
        ("app.py", "from server.desk import routes\nfrom server.web import render\nimport litestar"),
        ("web/render.py", "from server import language\nimport litestar"),
        ("cli.py", "def check():\n    from server.channels import text"),
        ("channels/text.py", "if TYPE_CHECKING:\n    import apprise\n\ndef send():\n    import apprise"),
        ("migrations/versions/2026-11-22_first.py", "from alembic import op"),
    ],
)
def test_allowed_imports_are_not_reported(file: str, source: str) -> None:
    assert faults(file, source) == []
