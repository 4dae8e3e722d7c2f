"""Refuses lines of templates that are over 160 characters, except in the files that are listed as having some.

The list may only shrink: a listed file that has no such line any more has to leave it. Part of `make check`.
"""

import sys
from collections.abc import Set
from pathlib import Path

ROOT = Path(__file__).parent.parent
LISTED = Path(__file__).with_suffix(".txt")
LIMIT = 160


def files_with_long_lines(root: Path) -> dict[str, list[int]]:
    """The numbers of the long lines of each template that has some."""
    found = {}
    for path in sorted((root / "server").rglob("*.html")):
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        numbers = [number for number, line in lines if len(line) > LIMIT]
        if numbers:
            found[path.relative_to(root).as_posix()] = numbers
    return found


def complaints(long: dict[str, list[int]], listed: Set[str]) -> list[str]:
    new = [f"{path}:{number}: over {LIMIT} characters" for path in long.keys() - listed for number in long[path]]
    done = [f"{path}: has no long line, please take it off {LISTED.name}" for path in listed - long.keys()]
    return sorted(new) + sorted(done)


def listed() -> list[str]:
    return LISTED.read_text(encoding="utf-8").split()


if __name__ == "__main__":
    said = complaints(files_with_long_lines(ROOT), set(listed()))
    print("\n".join(said), end="\n" if said else "")
    sys.exit(bool(said))
