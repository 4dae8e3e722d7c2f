"""docs/operating.md lists every setting, and the pages for operators and contributors name files that exist."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from server.settings import PREFIX, Settings

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_the_operators_table_lists_every_setting(name: str) -> None:
    table = [line for line in (ROOT / "docs" / "operating.md").read_text().splitlines() if line.startswith("|")]
    assert any(f"`{PREFIX}{name.upper()}`" in row.split("|")[1] for row in table)


# What the guide to a new channel makes up as its example.
EXAMPLES = {"server/channels/voice.py", "tests/channels/test_voice.py"}


def paths_in(page: str) -> set[str]:
    """The files and folders of ours that a page names in full."""
    return set(re.findall(r"`((?:server|tests|tools|docs|pwa|static)/[\w./-]+)`", page))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/operating.md"])
def test_each_file_that_a_page_names_exists(page: str) -> None:
    named = paths_in((ROOT / page).read_text()) - EXAMPLES
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_contributors_are_sent_to_files() -> None:
    assert len(paths_in((ROOT / "CONTRIBUTING.md").read_text())) > 20
    assert paths_in("`server/vanished.py` and `vanished.py`") == {"server/vanished.py"}


def commands_of_check() -> list[str]:
    """What `make check` runs, its variables filled in."""
    makefile = (ROOT / "Makefile").read_text()
    recipe = re.findall(r"^check:.*\n((?:\t.*\n)+)", makefile, re.M)[0]
    for name, value in re.findall(r"^(\w+) := (.*)$", makefile, re.M):
        recipe = recipe.replace(f"$({name})", value)
    return [command.strip() for line in recipe.splitlines() for command in line.strip("\t@").split("&&")]


@pytest.mark.parametrize("tool", ["ruff format", "ruff check", "mypy", "pytest", "prettier", "eslint", "stylelint"])
def test_a_commit_is_checked_by_the_commands_of_make_check(tool: str) -> None:
    [command] = [each for each in commands_of_check() if tool in each.replace(".config.mjs", "").replace(".mjs", "")]
    assert command in (ROOT / ".pre-commit-config.yaml").read_text()
