"""Every test asserts something, and no browser test stops intercepting in the middle of a request."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

import pytest

from tests.call_graph import Function, functions_in

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
# What asserts something in a library: a wait that ends in an error, or a check of the raised error.
ASSERTING = {"raises", "wait_for_response", "wait_for_url"}
ASSERTING |= {"expect_response", "expect_request", "expect_page", "expect_download", "expect_event"}


def asserting_helpers(sources: Iterable[str]) -> set[str]:
    """The names of functions and methods that assert something, in each place that defines one of this name."""
    found: dict[str, list[Function]] = defaultdict(list)
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, Function):
                found[node.name].append(node)
    asserting: set[str] = set()
    while more := {name for name in found.keys() - asserting if all(_asserts(each, asserting) for each in found[name])}:
        asserting |= more
    return asserting


def without_assertion(source: str, helpers: Set[str] = frozenset()) -> list[str]:
    """Tests of a module that neither assert anything nor call a helper that does."""
    tree = ast.parse(source)
    own = {node.name for node in functions_in(tree)}
    asserting = (helpers - own) | asserting_helpers([source])
    return sorted(
        node.name for node in functions_in(tree) if node.name.startswith("test_") and not _asserts(node, asserting)
    )


def _asserts(function: Function, helpers: Set[str]) -> bool:
    """Whether it has an assertion that can fail, outside a loop over nothing, or calls what has one."""
    return any(_is_assertion(node, helpers) for node in _reached(function))


def _reached(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not (isinstance(node, ast.For) and _is_empty(node.iter)):
        for child in ast.iter_child_nodes(node):
            yield from _reached(child)


def _is_empty(value: ast.expr) -> bool:
    is_list = isinstance(value, (ast.List, ast.Tuple, ast.Set)) and not value.elts
    is_none = isinstance(value, ast.Call) and ast.unparse(value) in ("range(0)", "set()", "list()", "dict()", "tuple()")
    return is_list or is_none or (isinstance(value, ast.Dict) and not value.keys)


def _is_assertion(node: ast.AST, helpers: Set[str]) -> bool:
    match node:
        case ast.Assert(test=test):
            return not isinstance(test, (ast.Constant, ast.Tuple))
        case ast.Raise(exc=ast.Call(func=ast.Name(id="AssertionError"))):
            return True
        case ast.Call(func=ast.Name(id="expect")):  # Playwright's; other modules have a verb of this name
            return True
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)):
            return called in ASSERTING or called in helpers
    return False


def test_every_test_asserts_something() -> None:
    paths = sorted((ROOT / "tests").rglob("*.py"))
    helpers = asserting_helpers(path.read_text() for path in paths)
    tests = [path for path in paths if path.name.startswith("test_")]
    assert [f"{path.stem}: {name}" for path in tests for name in without_assertion(path.read_text(), helpers)] == []


@pytest.mark.parametrize(
    "body",
    ["run()", "site.check_in_due_now()", "assert True", "assert (run(), 1)", "for one in []:\n        assert one"],
)
def test_a_test_that_asserts_nothing_is_noticed(body: str) -> None:
    assert without_assertion(f"def test_it():\n    {body}", {"sees"}) == ["test_it"]


@pytest.mark.parametrize("body", ["assert run()", "sees(page)", "page.sees(1)", "_look()", "pytest.raises(Gone)"])
def test_a_test_that_asserts_something_passes(body: str) -> None:
    look = "def _look():\n    assert run()"
    assert without_assertion(f"def test_it():\n    {body}\n{look}", {"sees"}) == []


def test_a_helper_asserts_if_it_does_wherever_it_is_defined() -> None:
    asserting, silent = "def sees(page):\n    assert page", "def sees(page):\n    print(page)"
    assert asserting_helpers([asserting, "def looks(page):\n    sees(page)"]) == {"sees", "looks"}
    assert asserting_helpers([asserting, silent]) == set()
    assert without_assertion("def test_it():\n    sees(1)\n" + silent, {"sees"}) == ["test_it"]


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
