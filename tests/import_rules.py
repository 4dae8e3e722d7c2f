"""The directions in which modules may import each other (docs/ARCHITECTURE.md), and a check of a syntax tree."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

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
    here, there = room_of_file(file), _room_of(module)
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
    return room_of_file(file) not in ("app", "providers", "web") and not file.endswith(serving)


def room_of_file(file: str) -> str:
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
