"""Measure the code: modules in a folder, lines in a module, parameters of a function, bare states, wide templates.

Run it as `python -m tools.measure_house`. It prints each figure with its aim. With --strict it exits with 1 if a figure
misses its aim.
"""

import argparse
import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import bare_states as states
from tools.template_lines import LIMIT, long_lines

SERVER = Path(__file__).parent.parent / "server"


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    aim: float
    where: str = ""

    @property
    def is_met(self) -> bool:
        return self.value <= self.aim


def modules() -> list[Path]:
    return [path for path in sorted(SERVER.rglob("*.py")) if "migrations" not in path.parts and path.stem != "__init__"]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = function.args
    names = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def folders() -> Counter[str]:
    return Counter(path.parent.relative_to(SERVER.parent).as_posix() for path in modules())


def bare_states() -> list[str]:
    """The places that compare a state with a bare string, or set it to one."""
    paths = {ast.parse(path.read_text()): path for path in modules()}
    return [f"{paths[tree].relative_to(SERVER.parent)}:{line}" for tree, line in states.bare_states(paths)]


def figures() -> list[Figure]:
    lengths = {path.relative_to(SERVER.parent).as_posix(): len(path.read_text().splitlines()) for path in modules()}
    longest = max(lengths, key=lambda name: lengths[name])
    counts = [
        (parameters(function), f"{path.stem}.{function.name}") for path in modules() for function in functions(path)
    ]
    many = [name for number, name in counts if number > 6]
    [(fullest, most)] = folders().most_common(1)
    wide, bare = long_lines(SERVER.parent), bare_states()
    return [
        Figure("modules in the fullest folder", most, 12, fullest),
        Figure("median lines of a module", statistics.median(lengths.values()), 75),
        Figure("lines of the longest module", lengths[longest], 200, longest),
        Figure("functions with five parameters or more, in %", _percent([n >= 5 for n, _ in counts]), 6),
        Figure("functions with more than six parameters", len(many), 0, ", ".join(many[:3])),
        Figure("bare strings where a state belongs", len(bare), 0, ", ".join(bare[:3])),
        Figure(f"template lines over {LIMIT} characters", len(wide), 0, ", ".join(wide[:3])),
    ]


def _percent(hits: list[bool]) -> float:
    return round(100 * sum(hits) / len(hits), 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a figure misses its aim")
    arguments = parser.parse_args()
    found = figures()
    for figure in found:
        sign = "met " if figure.is_met else "over"
        print(f"{sign}  {figure.value:>6g}  (aim {figure.aim:g})  {figure.name}  {figure.where}".rstrip())
    return int(arguments.strict and not all(figure.is_met for figure in found))


if __name__ == "__main__":
    sys.exit(main())
