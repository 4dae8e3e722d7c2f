"""Modules import each other only in the allowed directions (docs/ARCHITECTURE.md), checked on the syntax trees."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

SERVER = Path(__file__).parent.parent / "server"
# A folder, or a module of server/ itself, may import only from one with a greater number.
RANK = {
    "cli": -1,
    "commands": 0,
    "app": 1,
    "operations": 1,
    "supervisor": 1,
    "demo": 2,
    "desk": 2,
    "exchange": 2,
    "migrations": 2,
    "phone": 2,
    "providers": 2,
    "worker": 2,
    "appointments": 3,
    "devices": 3,
    "responses": 3,
    "checkins": 4,
    "delivery": 4,
    "flags": 4,
    "access": 5,
    "reminders": 5,
    "channels": 6,
    "people": 6,
    "questionnaires": 6,
    "web": 7,
    "actor": 8,
    "audit": 8,
    "clock": 8,
    "crypto": 8,
    "db": 8,
    "language": 8,
    "logs": 8,
    "double_presses": 8,
    "opening_hours": 8,
    "phone_numbers": 8,
    "places": 8,
    "settings": 8,
    "typed": 8,
}
BASE = max(RANK.values())  # the base modules import each other, and no feature
PAGES_ALONE_USE = {
    "server.web.cookies",
    "server.web.render",
    "server.web.problems",
    "server.web.form_fields",
    "server.access.cookies",
    "server.access.guards",
    "server.access.visitors",
    "litestar",
}
PURE = {
    "actor.py",
    "checkins/device_clock.py",
    "checkins/lateness.py",
    "checkins/occasions.py",
    "clock.py",
    "flags/deadlines.py",
    "opening_hours.py",
    "questionnaires/respondents.py",
    "web/charts.py",
    "questionnaires/answers.py",
    "questionnaires/branching.py",
    "questionnaires/definition.py",
    "questionnaires/private_questions.py",
    "questionnaires/question.py",
    "flags/evidence.py",
    "channels/addresses.py",
    "channels/protocol.py",
    "flags/triggers/replay.py",
    "worker/pulse.py",
    "reminders/channel_policies/validation.py",
    "reminders/states.py",
    "devices/health_rules.py",
    "people/patients/identity.py",
    "typed/direction.py",
    "typed/search.py",
    "typed/text.py",
}
BELOW_MODELS = {"server.db", "server.crypto"}
# Each library has one importer.
PUSH_LIBRARIES = {"pywebpush": "channels/push/channel.py", "py_vapid": "channels/push/vapid.py"}
# Libraries that are slow to load and that a process does not need at start: imported where they are first used, and at
# the top of a module for their types alone. The command line loads what the chosen command runs.
LATE = {"alembic", "apprise", "email_validator", "icalendar", "pywebpush", "webauthn"}
LOADS_LATE = {"cli.py"}
ALEMBICS_OWN = ("migrations/env.py", "migrations/altering.py", "migrations/versions/")
BY_NAME = {"importlib.import_module", "import_module", "__import__"}
NOT_OURS = {"services", "repositories", "schemas", "utils", "helpers"}
FILES = sorted(path.relative_to(SERVER).as_posix() for path in SERVER.rglob("*.py"))
MODULES = {"server." + file.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for file in FILES}


def faults(file: str, source: str) -> list[str]:
    """The rules that `source` breaks if it is the file server/`file`."""
    tree = ast.parse(source)
    imported = sorted(set(_imported(tree)))
    return [
        *_relative(tree),
        *_computed(file, tree),
        *_misplaced(file, tree),
        *(fault for module in imported if (fault := _arrow(file, module))),
        *(fault for module in imported if (fault := _layer(file, module))),
        *_htmx(file, tree),
    ]


def _imported(tree: ast.AST) -> Iterator[str]:
    """The imported modules by full name. `from a import b` gives a.b if that is one of our modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names if node.module else ():
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in MODULES else str(node.module)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in BY_NAME and node.args:
            yield from (str(part.value) for part in node.args[:1] if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in MODULES:
            yield ast.unparse(node)  # after `import server`, as in server.desk.trends


def _relative(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"imports are absolute: {ast.unparse(node)}"


def _computed(file: str, tree: ast.AST) -> Iterator[str]:
    """An import by a name that the code puts together: nobody can check it against the order."""
    for node in ast.walk(tree) if file not in LOADS_LATE else ():
        if isinstance(node, ast.Call) and ast.unparse(node.func) in BY_NAME:
            yield from (f"a computed import: {ast.unparse(node)}" for each in node.args[:1] if _is_computed(each))


def _is_computed(name: ast.expr) -> bool:
    return not isinstance(name, ast.Constant)


def _misplaced(file: str, tree: ast.Module) -> Iterator[str]:
    """Imports inside functions that belong at the top, and the reverse."""
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and file not in LOADS_LATE:
            yield from (f"an import of {top} inside {function.name}" for top in _tops(function) - LATE)
    if not file.startswith(ALEMBICS_OWN):
        loaded = {top for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom)) for top in _tops(node)}
        yield from (f"{top} is loaded at start" for top in loaded & LATE)


def _tops(tree: ast.AST) -> set[str]:
    return {module.partition(".")[0] for module in _imported(tree)}


def _arrow(file: str, module: str) -> str | None:
    here, there = _room(file), _room_of(module)
    if there is None or here == there:
        return None
    allowed = RANK.get(there, -1) > RANK.get(here, BASE) or RANK.get(here, BASE) == RANK.get(there) == BASE
    return None if allowed else f"{here} imports {module}"


def _layer(file: str, module: str) -> str | None:
    """app → routes → pages → flow → models → rules, db."""
    ours = module.startswith("server.")
    top = module.partition(".")[0]
    if ours and module.endswith("pages") and file not in ("app.py", f"{module.split('.')[1]}/routes.py"):
        return f"pages are imported by their feature's routes.py, or by app.py: {module}"
    if ours and module.endswith(".routes") and file != "app.py":
        return f"routes are imported by app.py alone: {module}"
    if file.endswith("pages.py") and top == "sqlalchemy" and module != "sqlalchemy.ext.asyncio":
        return f"pages ask a function for rows, or read one by its id: {module}"
    if file != PUSH_LIBRARIES.get(top, file):
        return f"only {PUSH_LIBRARIES[top]} imports {module}"
    if _is_pure(file) and not (_is_pure(_file_of(module)) if ours else top in sys.stdlib_module_names):
        return f"a pure module imports {module}"
    if (
        file.endswith("models.py")
        and ours
        and not (_is_pure(_file_of(module)) or module in ("server.db", "server.crypto", "server.typed.email_address"))
    ):
        return f"models import {module}"
    if _is_below_pages(file) and (module in PAGES_ALONE_USE or top in PAGES_ALONE_USE):
        return f"{module} is for pages"
    return None


def _is_pure(file: str) -> bool:
    return file in PURE or file.endswith("/rules.py")


def _is_below_pages(file: str) -> bool:
    """All but the app, the providers, `web/`, the pages, and what serves pages: routes, guard, cookies, visitor."""
    serving = ("pages.py", "routes.py", "guards.py", "cookies.py", "visitors.py")
    return _room(file) not in ("app", "providers", "web") and not file.endswith(serving)


def _room(file: str) -> str:
    return file.partition("/")[0].removesuffix(".py")


def _room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "server" and len(parts) > 1 else None


def _file_of(module: str) -> str:
    return module.removeprefix("server.").replace(".", "/") + ".py"


def _htmx(file: str, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if file != "web/render.py" and isinstance(node, ast.Constant) and "hx-" in str(node.value).lower():
            yield f"only web/render.py looks at htmx's headers: {node.value!r}"


def test_imports_follow_the_rules() -> None:
    assert [f"{file}: {fault}" for file in FILES for fault in faults(file, (SERVER / file).read_text())] == []


def test_every_folder_has_a_rank() -> None:
    rooms = {_room(file) for file in FILES} - {"__init__"}
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
