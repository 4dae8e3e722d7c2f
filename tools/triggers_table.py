"""Puts the table of default rules into docs/clinical-safety.md, from the data itself: `make docs`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from server.flags.triggers.words import default_table  # noqa: E402

PAGE = ROOT / "docs" / "clinical-safety.md"
BEGIN, END = "<!-- triggers: made by `make docs` -->", "<!-- end of triggers -->"


def with_table(page: str) -> str:
    """The page, with the table between its two marks."""
    return re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n{default_table()}\n{END}", page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
