"""Every test asserts something, and no browser test stops intercepting in the middle of a request."""

import ast
from pathlib import Path

import pytest

from tests.call_graph import called_by, callers_of, functions_in

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
# Helpers whose names start like this assert something.
ASSERTING_PREFIXES = ("raises", "expect", "sees", "eventually", "then_", "looks", "check_")


def without_assertion(source: str) -> list[str]:
    """Tests of a module that neither assert anything nor call a helper that does."""
    found = {node.name: node for node in functions_in(ast.parse(source))}
    own = {name: name for name in found}
    calls = {name: called_by(node, own) for name, node in found.items()}
    asserting = callers_of(
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
    return called.startswith(ASSERTING_PREFIXES) or called in ("inspect", "nothing_waits", "wait_for_response")


def test_every_test_asserts_something() -> None:
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    assert [f"{path.stem}: {name}" for path in paths for name in without_assertion(path.read_text())] == []


def test_a_test_that_asserts_nothing_is_noticed() -> None:
    assert without_assertion("def test_it():\n    run()") == ["test_it"]
    assert without_assertion("def test_it():\n    _look()\ndef _look():\n    assert run()") == []


INTERCEPTION = "interception.py"


def interceptions(source: str) -> list[str]:
    """The calls that make a browser test fail by chance: `route` may never reach a page that is just opening, and
    `unroute` lets the browser answer a request whose handler still runs.
    """
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in ("route", "unroute")]


def test_browser_tests_intercept_requests_by_intercept_and_unroute_all() -> None:
    paths = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path.name != INTERCEPTION]
    assert [path.name for path in paths if interceptions(path.read_text())] == []
    assert interceptions("async def f(page): await page.unroute('**/q/*')") == ["unroute"]
    assert interceptions("async def f(page): await page.context.route('**/q/*', hang)") == ["route"]
