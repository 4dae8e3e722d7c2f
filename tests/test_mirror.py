"""The tests mirror the code: server/x/y.py is tested in tests/x/test_y.py, which imports it or asks for its pages."""

import ast
import importlib
from pathlib import Path

import pytest

from tests.routes import ROUTES

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
SERVER = ROOT / "server"
# Files without a mirror. A name that ends with / is a folder.
TESTED_ELSEWHERE = {
    "actor.py": "types without rules",
    "app.py": "every test of a page starts it",
    "channels/addresses.py": "types without rules",
    "channels/protocol.py": "types without rules",
    "commands/": "test_cli.py runs each command",
    "demo/": "test_demo.py lives through the whole demo",
    "migrations/": "test_migrations.py",
    "web/dependencies.py": "types without rules",
    "web/looks.py": "phone/test_look_pages.py",
    "web/refused_forms/refusal_words.py": "words",
}
# By file name, in any folder.
TESTED_BY_NAME = {
    "__init__.py": "no code",
    "models.py": "test_data_model.py and test_migrations.py",
    "routes.py": "test_routes.py looks at every route",
}
# --- still missing: only the tests of other modules and pages run these
MISSING: tuple[str, ...] = ()


def modules() -> list[str]:
    return sorted(path.relative_to(SERVER).as_posix() for path in SERVER.rglob("*.py"))


def mirror_of(module: str) -> Path:
    path = Path(module)
    return ROOT / "tests" / path.parent / f"test_{path.name}"


def is_excused(module: str) -> bool:
    folder = any(name.endswith("/") and module.startswith(name) for name in TESTED_ELSEWHERE)
    return folder or module in TESTED_ELSEWHERE or Path(module).name in TESTED_BY_NAME


def test_each_module_has_a_test_file_of_its_own() -> None:
    without = [module for module in modules() if not is_excused(module) and not mirror_of(module).exists()]
    assert without == list(MISSING)


def imports(source: str) -> set[str]:
    """The modules and names that this source imports, in full."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def covers(module: str, source: str) -> bool:
    """Whether this test imports the module, uses what its package offers of it, or asks for one of its addresses."""
    name = "server." + module.removesuffix(".py").replace("/", ".")
    package, imported = name.rpartition(".")[0], imports(source)
    if name in imported:
        return True
    if module.endswith("pages.py"):
        paths = {path.partition("{")[0] for route in ROUTES if route.module == name for path in route.paths}
        return any(f'"{path}' in source or (len(path) > 1 and path in source) for path in paths)
    used = (
        {part.attr for part in ast.walk(ast.parse(source)) if isinstance(part, ast.Attribute)}
        if package in imported
        else set()
    )
    used |= {each.removeprefix(f"{package}.") for each in imported if each.startswith(f"{package}.")}
    offered = vars(importlib.import_module(package))
    return any(getattr(offered.get(each), "__module__", None) == name for each in used)


def mirrored() -> list[str]:
    return [module for module in modules() if not is_excused(module) and mirror_of(module).exists()]


def test_each_test_file_tests_the_module_that_it_mirrors() -> None:
    assert [module for module in mirrored() if not covers(module, mirror_of(module).read_text())] == []


@pytest.mark.parametrize(
    ("module", "source", "is_tested"),
    [
        ("flags/deadlines.py", "from server.flags import deadlines", True),
        ("flags/deadlines.py", "from server.flags.deadlines import due_at", True),
        ("flags/deadlines.py", "from server.flags import flow", False),
        ("crypto/sealing.py", "from server import crypto\ncrypto.seal('a', 'b')", True),
        ("crypto/sealing.py", "from server import crypto\ncrypto.b64(b'')", False),
        ("people/call_pages.py", 'await maria.get("/staff/patients")', False),
        ("appointments/pages.py", 'await maria.get(f"/staff/visits/{visit.id}")', True),
    ],
)
def test_what_counts_as_testing_a_module(module: str, source: str, is_tested: bool) -> None:
    assert covers(module, source) == is_tested


@pytest.mark.parametrize("name", [*TESTED_ELSEWHERE, *MISSING])
def test_each_exception_still_exists(name: str) -> None:
    assert (SERVER / name).exists()


def test_a_module_without_tests_is_noticed() -> None:
    assert not is_excused("flags/vanished.py")
    assert not mirror_of("flags/vanished.py").exists()
    assert mirror_of("flags/deadlines.py") == ROOT / "tests" / "flags" / "test_deadlines.py"
