"""Every function that changes rows records an audit event."""

import ast
from pathlib import Path

import pytest

from tests.call_graph import Function, called_by, callers_of, functions_in

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
# We check every module of a feature except its pages. The demo is left out: its people are made up.
NO_FEATURES = {"demo", "migrations", "operations", "web", "worker"}
FEATURES = [
    path
    for path in sorted((ROOT / "server").glob("*/**/*.py"))
    if not path.stem.endswith("pages") and path.relative_to(ROOT / "server").parts[0] not in NO_FEATURES
]
# Functions that change rows and need no audit event, each with the reason.
UNAUDITED = {
    "db/sqlite_driver.py:connect": "opening the file changes no row",
    "flags/flow.py:bring": "a part of a flag's change, which each caller audits",
    "flags/flow.py:escalate_from_now": "a part of a flag's change, which each caller audits",
    "delivery/claims.py:claim_due": "a claim is the worker's own mark; the attempts that follow are its record",
    "delivery/outcomes/accepted.py:write_accepted": "the row of an attempt is the record of a send that was accepted",
    "responses/drafts.py:clear": "sending the response or closing the check-in is audited",
    "delivery/circuit_breakers.py:note_refusal": "the state of a push service concerns no person",
    "delivery/circuit_breakers.py:note_taken": "the state of a push service concerns no person",
    "delivery/circuit_breakers.py:look_up": "the state of a push service concerns no person",
    "delivery/circuit_breakers.py:give_back": "the state of a push service concerns no person",
    "access/joining/requests.py:ask": "a request belongs to no person yet; its approval is audited",
    "access/passkeys/challenges.py:issue_challenge": "a challenge belongs to no person yet; its use is audited",
    "access/passkeys/challenges.py:take_token": "a challenge belongs to no person yet; its use is audited",
    "access/passkeys/challenges.py:take_challenge": "a challenge belongs to no person yet; its use is audited",
    "access/guess_limits.py:forgive_guess": "a counter of wrong guesses concerns no particular person",
    "access/guess_limits.py:forget_guesses": "a counter of wrong guesses concerns no particular person",
    "people/texting/flow.py:forget": "ids of old messages concern no person",
    "people/texting/numbers.py:settle": "a number's state belongs to no clinic; taking the message is audited",
    "delivery/heartbeats.py:beat": "a worker's heartbeat concerns no person",
}


def unaudited(sources: dict[str, str]) -> set[str]:
    """Public async functions (file:name) that change rows without an audit event of their own or of what they call."""
    trees = {file: ast.parse(source) for file, source in sources.items()}
    found = {
        f"{file}:{node.name}": node for file, tree in trees.items() for node in tree.body if isinstance(node, Function)
    }
    calls = {name: called_by(node, _names(name.partition(":")[0], trees)) for name, node in found.items()}
    recording = callers_of({name for name, node in found.items() if "audit.record" in ast.unparse(node)}, calls)
    own = {name: {to for to in made if to.partition(":")[0] == name.partition(":")[0]} for name, made in calls.items()}
    stored = {file: _statements(tree) for file, tree in trees.items()}
    changing = {name for name, node in found.items() if _changes(node, stored[name.partition(":")[0]])}
    writing = callers_of(changing, own)
    public = {name for name, node in found.items() if isinstance(node, ast.AsyncFunctionDef) and node.name[0] != "_"}
    return public & writing - recording


def _names(file: str, trees: dict[str, ast.Module]) -> dict[str, str]:
    """Maps each name by which this module may call a function, `name` or `module.name`, to file:name."""
    names = {node.name: f"{file}:{node.name}" for node in trees[file].body if isinstance(node, Function)}
    for node in trees[file].body:
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        folder = node.module.removeprefix("server.").replace(".", "/")
        for alias in node.names:
            called, module = alias.asname or alias.name, f"{folder}/{alias.name}.py"
            if module in trees:
                names |= {f"{called}.{each.name}": f"{module}:{each.name}" for each in functions_in(trees[module])}
            elif f"{folder}.py" in trees:
                names[called] = f"{folder}.py:{alias.name}"
    return names


def _statements(tree: ast.Module) -> set[str]:
    """Names of the module's own statements that change rows, such as `CLAIM = update(…)`, also those that it makes."""
    makers = {node.name for node in tree.body if isinstance(node, Function) and _changes(node, set())}
    return {
        ast.unparse(target)
        for node in tree.body
        if isinstance(node, ast.Assign) and (_changes(node.value, set()) or _names_any(node.value, makers))
        for target in node.targets
    }


def _changes(node: ast.AST, statements: set[str]) -> bool:
    return any(_writes(part) for part in ast.walk(node)) or _names_any(node, statements)


def _names_any(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        adds = called.endswith(("db.add", "db.add_all", "db.delete"))
        return adds or called in ("update", "delete", "setattr")
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) != "self"


def test_every_function_that_changes_rows_is_audited() -> None:
    sources = {path.relative_to(ROOT / "server").as_posix(): path.read_text() for path in FEATURES}
    assert unaudited(sources) == UNAUDITED.keys()


def test_a_function_that_records_nothing_is_found() -> None:
    assert unaudited({"a.py": "async def add(work):\n    work.db.add(Row())"}) == {"a.py:add"}
    silent = "async def end(db, actor, plan, now):\n    _end(plan, now)\ndef _end(plan, now):\n    plan.ended_at = now"
    assert unaudited({"a.py": silent}) == {"a.py:end"}
    assert unaudited({"a.py": silent + "\n    audit.record(db)"}) == set()
    built_once = (
        "GO = update(Row)\nasync def go(db):\n    await db.execute(GO)\nasync def read(db):\n    await db.get(Row)"
    )
    assert unaudited({"a.py": built_once}) == {"a.py:go"}
    by_a_maker = "def _go():\n    return update(Row)\nGO = _go()\nasync def go(db):\n    await db.execute(GO)"
    assert unaudited({"a.py": by_a_maker}) == {"a.py:go"}
    elsewhere = {"x/b.py": "async def note(work):\n    audit.record(work)"}
    calling = "from server.x import b\nasync def end(work, plan):\n    plan.ended_at = work.now\n    await b.note(work)"
    assert unaudited(elsewhere | {"a.py": calling}) == set()
    assert unaudited(elsewhere | {"a.py": calling.replace("b.note", "c.note")}) == {"a.py:end"}


def details_written(sources: dict[str, str]) -> dict[str, set[str]]:
    """Verb → the details that audit events with it hold; "" stands for all verbs."""
    written: dict[str, set[str]] = {"": set()}
    for node in (each for source in sources.values() for each in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
            given = {each.arg for each in node.keywords if each.arg}
            written[""] |= given
            if len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                written.setdefault(str(node.args[1].value), set()).update(given)
    return written


def details_read_in_vain(sources: dict[str, str]) -> set[str]:
    """Details (file:name) that a function reads of events whose verb it names, and that no such event holds."""
    written, found = details_written(sources), set()
    functions = [(file, each) for file, source in sources.items() for each in ast.walk(ast.parse(source))]
    for file, function in functions:
        if isinstance(function, Function):
            texts = {each.value for each in ast.walk(function) if isinstance(each, ast.Constant)}
            verbs = [verb for verb in written if verb and verb in texts] or [""]
            stored = set().union(*(written[verb] for verb in verbs))
            found |= {f"{file}:{name}" for name in _details_read(function) - stored}
    return found


def _details_read(function: Function) -> set[str]:
    """`event.detail.get("why")`, `event.detail["why"]`, or the same of a local `detail`."""
    found: set[object] = set()
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value=name), *_]):
                found |= {name} if ast.unparse(owner).rpartition(".")[2] == "detail" else set()
            case ast.Subscript(value=owner, slice=ast.Constant(value=name)):
                found |= {name} if ast.unparse(owner).rpartition(".")[2] == "detail" else set()
    return {str(name) for name in found}


def test_each_detail_that_is_read_is_written() -> None:
    paths = [path for path in (ROOT / "server").rglob("*.py") if "migrations" not in path.parts]
    sources = {path.relative_to(ROOT / "server").as_posix(): path.read_text() for path in paths}
    assert {name for source in sources.values() for name in _details_read_in(source)} >= {"added", "why", "fields"}
    assert details_read_in_vain(sources) == set()


def _details_read_in(source: str) -> set[str]:
    functions = [each for each in ast.walk(ast.parse(source)) if isinstance(each, Function)]
    return set().union(*map(_details_read, functions))


def test_a_detail_that_is_read_in_vain_is_found() -> None:
    writing = {"a.py": 'audit.record(work, "plan.ended", plan, why=1)\naudit.record(work, "x", y)'}
    assert details_read_in_vain(writing | {"b.py": 'def f(event):\n    return event.detail.get("why")'}) == set()
    assert details_read_in_vain(writing | {"b.py": 'def f(event):\n    return event.detail["wyh"]'}) == {"b.py:wyh"}
    by_verb = 'def f(detail):\n    return AuditEvent.verb == "x" and detail.get("why")'
    assert details_read_in_vain(writing | {"b.py": by_verb}) == {"b.py:why"}
