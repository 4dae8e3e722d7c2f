"""docs/operating.md lists every setting."""

from dataclasses import fields
from pathlib import Path

import pytest

from server.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_the_operators_table_lists_every_setting(name: str) -> None:
    table = [line for line in (ROOT / "docs" / "operating.md").read_text().splitlines() if line.startswith("|")]
    assert any(f"`{PREFIX}{name.upper()}`" in row.split("|")[1] for row in table)
