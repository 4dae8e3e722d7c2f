"""What every part of the house keeps to: routes say who they are for, verbs are audited, texts are translated."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from html.parser import HTMLParser
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from server.settings import PREFIX, Settings
from server.web import render
from server.web.assets import Assets
from tests.routes import ROUTES, Route

ROOT = Path(__file__).parent.parent
WHO = {"anyone", "person", "patient", "staff", "clinician", "admin"}
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "server").rglob("*.html"))

# Everything in a feature's folder is looked at but its pages; the demo plays people who are not there.
NO_FEATURES = {"demo", "migrations", "operations", "web", "worker"}
FEATURES = [
    path
    for path in sorted((ROOT / "server").glob("*/**/*.py"))
    if not path.stem.endswith("pages") and path.relative_to(ROOT / "server").parts[0] not in NO_FEATURES
]
# What changes rows and is told of by others.
UNAUDITED = {
    "delivery/claims.py:claim_due": "a claim is the worker's own note; the attempts it leads to are audited",
    "responses/drafts.py:clear": "answers kept move into the response, or go with the check-in: that is audited",
    "delivery/circuit_breakers.py:note_refusal": "a push service's state is about nobody",
    "delivery/circuit_breakers.py:note_taken": "a push service's state is about nobody",
    "delivery/circuit_breakers.py:look_up": "a push service's state is about nobody",
    "delivery/circuit_breakers.py:give_back": "a push service's state is about nobody",
    "access/joining/requests.py:ask": "a number on a phone is about nobody yet; that somebody lets it in is audited",
    "access/passkeys/challenges.py:issue_challenge": "a challenge is about nobody yet; what it leads to is audited",
    "access/passkeys/challenges.py:take_challenge": "a challenge is about nobody yet; what it leads to is audited",
    "access/guess_limits.py:forgive_guess": "a counter of wrong tries is about nobody in particular",
    "access/guess_limits.py:forget_guesses": "a counter of wrong tries is about nobody in particular",
    "delivery/heartbeats.py:beat": "a worker's sign of life is about nobody",
}


NAME = attrgetter("name")


def test_every_module_of_pages_is_registered() -> None:
    """A router that no `routes.py` names would serve nothing."""
    modules = [import_module(_module(path)) for path in sorted((ROOT / "server").rglob("*pages.py"))]
    handlers = {handler.fn for module in modules for route in module.router.routes for handler in route.route_handlers}
    assert len(ROUTES) == len({fn for fn in handlers if fn.__module__.startswith("server.")}) > 50


def _module(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")


@pytest.mark.parametrize("handler", ROUTES, ids=NAME)
def test_every_route_says_who_it_is_for(handler: Route) -> None:
    assert handler.opt.get("who") in WHO


@pytest.mark.parametrize("handler", [h for h in ROUTES if h.opt.get("no_csrf")], ids=NAME)
def test_case_62_a_route_without_csrf_checks_its_origin_or_takes_a_token(handler: Route) -> None:
    assert bool(handler.opt.get("same_origin")) != bool(handler.opt.get("by_token"))


def test_answer_tokens_open_two_routes_and_no_other() -> None:
    assert {h.name for h in ROUTES if h.opt.get("by_token")} == {"POST /push/receipts", "POST /visits/reply"}


def test_the_staffs_pages_are_for_staff() -> None:
    open_to_all = {"/staff/sign-in", "/staff/link"}
    for handler in ROUTES:
        of_staff = any(path.startswith("/staff") for path in handler.paths - open_to_all)
        assert (handler.opt["who"] in ("staff", "clinician", "admin")) == of_staff, handler.name


# --- verbs are audited


Function = ast.FunctionDef | ast.AsyncFunctionDef


def unaudited(sources: dict[str, str]) -> set[str]:
    """Public verbs (file:name) that change rows and record nothing, even by what they call in any of these modules."""
    trees = {file: ast.parse(source) for file, source in sources.items()}
    found = {
        f"{file}:{node.name}": node for file, tree in trees.items() for node in tree.body if isinstance(node, Function)
    }
    calls = {name: _called(node, _names(name.partition(":")[0], trees)) for name, node in found.items()}
    recording = _reaching({name for name, node in found.items() if "audit.record" in ast.unparse(node)}, calls)
    own = {name: {to for to in made if to.partition(":")[0] == name.partition(":")[0]} for name, made in calls.items()}
    writing = _reaching({name for name, node in found.items() if any(_writes(part) for part in ast.walk(node))}, own)
    verbs = {name for name, node in found.items() if isinstance(node, ast.AsyncFunctionDef) and node.name[0] != "_"}
    return verbs & writing - recording


def _names(file: str, trees: dict[str, ast.Module]) -> dict[str, str]:
    """How this module calls functions: as `name` for its own and imported ones, as `module.name` for others."""
    names = {node.name: f"{file}:{node.name}" for node in trees[file].body if isinstance(node, Function)}
    for node in trees[file].body:
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        folder = node.module.removeprefix("server.").replace(".", "/")
        for alias in node.names:
            called, module = alias.asname or alias.name, f"{folder}/{alias.name}.py"
            if module in trees:
                names |= {f"{called}.{each.name}": f"{module}:{each.name}" for each in _verbs(trees[module])}
            elif f"{folder}.py" in trees:
                names[called] = f"{folder}.py:{alias.name}"
    return names


def _verbs(tree: ast.Module) -> list[Function]:
    return [node for node in tree.body if isinstance(node, Function)]


def _called(function: Function, names: dict[str, str]) -> set[str]:
    made = {ast.unparse(part.func) for part in ast.walk(function) if isinstance(part, ast.Call)}
    return {names[call] for call in made if call in names}


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        adds = called.endswith(("db.add", "db.add_all", "db.delete"))
        return adds or called in ("update", "delete", "setattr")
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) != "self"


def _reaching(reached: set[str], calls: dict[str, set[str]]) -> set[str]:
    """These functions, and all that call one of them."""
    more = {name for name, made in calls.items() if made & reached} - reached
    return _reaching(reached | more, calls) if more else reached


def test_every_verb_that_changes_something_is_audited() -> None:
    sources = {path.relative_to(ROOT / "server").as_posix(): path.read_text() for path in FEATURES}
    assert unaudited(sources) == UNAUDITED.keys()


def test_a_verb_that_records_nothing_is_noticed() -> None:
    assert unaudited({"a.py": "async def add(work):\n    work.db.add(Row())"}) == {"a.py:add"}
    silent = "async def end(db, actor, plan, now):\n    _end(plan, now)\ndef _end(plan, now):\n    plan.ended_at = now"
    assert unaudited({"a.py": silent}) == {"a.py:end"}
    assert unaudited({"a.py": silent + "\n    audit.record(db)"}) == set()
    elsewhere = {"x/b.py": "async def note(work):\n    audit.record(work)"}
    calling = "from server.x import b\nasync def end(work, plan):\n    plan.ended_at = work.now\n    await b.note(work)"
    assert unaudited(elsewhere | {"a.py": calling}) == set()
    assert unaudited(elsewhere | {"a.py": calling.replace("b.note", "c.note")}) == {"a.py:end"}


# --- texts are translated


class Said(HTMLParser):
    """What people read of a page: its text, and the attributes that are shown or spoken."""

    SHOWN = ("alt", "title", "placeholder", "aria-label", "aria-description")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if value and (name in self.SHOWN or _is_sentence(name, value))]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def untranslated(env: Environment, source: str) -> list[str]:
    """Words of a template that are outside _() and {% trans %}."""
    words: dict[str, list[str]] = {}
    html = ""
    for output in env.parse(source).find_all(nodes.Output):
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                html += node.data
            else:
                mark = f"\ue000{len(words)}\ue001"
                words[mark] = list(_bare(node))
                html += mark
    said = Said()
    said.feed(html)
    shown = " ".join(said.texts)
    bare = [word for mark, given in words.items() if mark in shown for word in given]
    return [text for text in [*re.split(r"\ue000\d+\ue001", shown), *bare] if _is_language(text)]


def _bare(node: nodes.Node) -> Iterator[str]:
    """The literals that an expression may show."""
    if isinstance(node, nodes.Const):
        yield str(node.value)
    elif isinstance(node, (nodes.CondExpr, nodes.Or, nodes.And, nodes.Concat, nodes.Add, nodes.Filter)):
        held = [part for part in node.iter_child_nodes() if part is not getattr(node, "test", None)]
        for part in held:
            yield from _bare(part)
    elif isinstance(node, nodes.Call) and getattr(node.node, "attr", "") in ("trouble", "call", "chart"):
        for part in node.args[:2]:
            yield from _bare(part)


def _is_sentence(name: str, value: str) -> bool:
    """Scripts take their words from data attributes; a single word there is a code."""
    return name.startswith("data-") and " " in value.strip()


def _is_language(text: str) -> bool:
    """Two letters beside each other, our own name left out."""
    return re.search(r"[^\W\d_]{2}", text.replace("Interlude", "").strip()) is not None


@pytest.fixture(scope="module")
def env() -> Environment:
    return render.environment(Assets())


@pytest.mark.parametrize("path", TEMPLATES)
def test_every_text_of_a_template_is_translated(env: Environment, path: str) -> None:
    assert untranslated(env, (ROOT / path).read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello there</p>",
        "<p>{{ _('Hello') }} there</p>",
        '<input placeholder="Your name">',
        "<p>{{ 'Yes' if given else _('No') }}</p>",
        "<p>{{ name or 'nobody' }}</p>",
        "{{ parts.trouble('That went wrong') }}",
        '<p data-late="Too late"></p>',
    ],
)
def test_a_text_that_is_not_translated_is_noticed(env: Environment, source: str) -> None:
    assert len(untranslated(env, source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "<p>{{ _('Hello') }} · Interlude 12</p>",
        "<p>{% trans name=name %}Hello {{ name }}{% endtrans %}</p>",
        "<p class=\"{{ 'said' if given else 'main' }}\">{{ name }}</p>",
    ],
)
def test_what_is_translated_is_not_called_bare(env: Environment, source: str) -> None:
    assert untranslated(env, source) == []


# --- settings are written down


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_every_setting_stands_in_the_operators_table(name: str) -> None:
    table = [line for line in (ROOT / "docs" / "operating.md").read_text().splitlines() if line.startswith("|")]
    assert any(f"`{PREFIX}{name.upper()}`" in row.split("|")[1] for row in table)


# --- tests assert

SAYS = ("raises", "expect", "sees", "eventually", "then_", "looks", "check_")


def without_assertion(source: str) -> list[str]:
    """Tests of a module that assert nothing, neither themselves nor by a helper whose name says that it does."""
    found = {node.name: node for node in _verbs(ast.parse(source))}
    own = {name: name for name in found}
    calls = {name: _called(node, own) for name, node in found.items()}
    asserting = _reaching(
        {
            name
            for name, node in found.items()
            if any(isinstance(part, ast.Assert) or _asserts(part) for part in ast.walk(node))
        },
        calls,
    )
    return sorted(name for name in found if name.startswith("test_") and name not in asserting)


def _asserts(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func).rpartition(".")[2]
    return called.startswith(SAYS) or called in ("inspect", "nothing_waits", "wait_for_response")


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda path: path.stem)
def test_every_test_asserts_something(path: Path) -> None:
    assert without_assertion(path.read_text()) == []


def test_a_test_that_asserts_nothing_is_noticed() -> None:
    assert without_assertion("def test_it():\n    run()") == ["test_it"]
    assert without_assertion("def test_it():\n    _look()\ndef _look():\n    assert run()") == []


# --- lock files


@pytest.mark.parametrize("name", ["package-lock.json", "requirements.lock.txt", "requirements-dev.lock.txt"])
def test_a_lock_file_names_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "sha" in text
    assert "://" not in text
