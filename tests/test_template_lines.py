"""No template has a long line."""

from pathlib import Path

import pytest

from tools.template_lines import LIMIT, ROOT, long_lines

pytestmark = pytest.mark.source


def test_no_template_has_a_long_line() -> None:
    assert long_lines(ROOT) == []


def test_a_long_line_is_refused(tmp_path: Path) -> None:
    template = tmp_path / "server" / "phone" / "templates" / "new.html"
    template.parent.mkdir(parents=True)
    template.write_text("é" * LIMIT + "\n" + "é" * (LIMIT + 1) + "\n", encoding="utf-8")
    assert long_lines(tmp_path) == ["server/phone/templates/new.html:2"]
