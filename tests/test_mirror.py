"""The tests mirror the code: server/x/y.py is tested in tests/x/test_y.py."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SERVER = ROOT / "server"
# Files without a mirror. A name that ends with / is a folder.
TESTED_ELSEWHERE = {
    "actor.py": "types without rules",
    "app.py": "every test of a page starts it",
    "channels/protocol.py": "types without rules",
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


@pytest.mark.parametrize("module", [module for module in modules() if not is_excused(module)])
def test_a_module_has_a_test_file_of_its_own(module: str) -> None:
    assert mirror_of(module).exists() != (module in MISSING)


@pytest.mark.parametrize("name", [*TESTED_ELSEWHERE, *MISSING])
def test_each_exception_still_exists(name: str) -> None:
    assert (SERVER / name).exists()


def test_a_module_without_tests_is_noticed() -> None:
    assert not is_excused("flags/vanished.py")
    assert not mirror_of("flags/vanished.py").exists()
    assert mirror_of("flags/deadlines.py") == ROOT / "tests" / "flags" / "test_deadlines.py"
