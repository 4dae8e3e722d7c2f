"""Refuse lines of templates that are over 120 characters, which djLint leaves as they are. Part of `make check`."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIMIT = 120  # as in Python (pyproject.toml)


def long_lines(root: Path) -> list[str]:
    """Each long line as path:number."""
    return [
        f"{path.relative_to(root).as_posix()}:{number}"
        for path in sorted((root / "server").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LIMIT
    ]


if __name__ == "__main__":
    found = long_lines(ROOT)
    for place in found:
        print(f"{place}: over {LIMIT} characters")
    sys.exit(bool(found))
