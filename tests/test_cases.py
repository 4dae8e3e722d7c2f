"""Every case number that a test names exists in docs/cases.md."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "cases.md").read_text()
LINE = re.compile(r"^(\d+)\. (?=\S)", re.MULTILINE)
# "case 17", "cases 77 and 78", "cases 1-3, 8, 12 to 19", and in names "case_17", "cases_77_and_78".
JOINT = r"(?:,? and |, ?|_and_| to | ?[-–] ?|_to_)"
NAMED = re.compile(rf"(?<![^\W_])cases?[ _]\d+(?:{JOINT}\d+(?![^\W_]))*", re.IGNORECASE)
PART = re.compile(rf"({JOINT}|[ _])(\d+)")


def cases_in(text: str) -> set[int]:
    """The numbers of the cases that a text names, each number of a range included."""
    numbers: set[int] = set()
    for named in NAMED.findall(" ".join(text.split())):
        before = 0
        for joint, digits in PART.findall(named):
            number = int(digits)
            spans = joint.strip(" _") in ("to", "-", "–")
            numbers |= set(range(before, number + 1)) if spans else {number}
            before = number
    return numbers


def texts_of(path: Path) -> Iterator[str]:
    """The texts of a file that can name a case: names of functions and classes, docstrings, and comments."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
            yield ast.get_docstring(node) or ""
    yield comments_of(path)


def comments_of(path: Path) -> str:
    """All comments as one text, because a sentence may continue on the next line."""
    with path.open("rb") as file:
        found = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    return " ".join(comment.lstrip("#") for comment in found)


def cases_named(path: Path) -> set[int]:
    return {number for text in texts_of(path) for number in cases_in(text)}


def test_the_page_numbers_its_cases_without_gaps() -> None:
    numbers = [int(digits) for digits in LINE.findall(PAGE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 164


def test_every_case_that_a_test_names_is_on_the_page() -> None:
    defined = {int(digits) for digits in LINE.findall(PAGE)}
    files = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path != Path(__file__)]
    named = {path.relative_to(ROOT).as_posix(): cases_named(path) for path in files}
    assert {name: numbers - defined for name, numbers in named.items() if numbers - defined} == {}
    assert sum(bool(numbers) for numbers in named.values()) > 50


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("test_case_17_each_visit_has_its_own", {17}),
        ("test_cases_77_and_78_are_read", {77, 78}),
        ("Case 7: a sign of life", {7}),
        ("(cases 9, 10, 15, 22)", {9, 10, 15, 22}),
        ("cases 77 and 78", {77, 78}),
        ("cases 1, 2, and 3", {1, 2, 3}),
        ("cases 1-3, 8, 12–14", {1, 2, 3, 8, 12, 13, 14}),
        ("cases 22 to 24, 31", {22, 23, 24, 31}),
        ("is down for days (case\n    12). And case 8", {8, 12}),
        ("cases 9,\n    10", {9, 10}),
        ("case 5, 10s later", {5}),
        ("test_case_5_and_2fa", {5}),
        ("in any case 'x'", set()),
        ("showcase 5", set()),
        ("lower_case", set()),
    ],
)
def test_case_numbers_are_read_from_a_text(text: str, numbers: set[int]) -> None:
    assert cases_in(text) == numbers


@pytest.mark.parametrize(
    "source",
    [
        "def test_case_999_x() -> None: ...",
        "class Case_999: ...",
        '"""Of cases 1 and 999."""',
        'def test_x() -> None:\n    """As in case 999."""',
        "x = 1  # see case 999",
        "# see case\n# 999",
    ],
)
def test_a_case_that_is_not_on_the_page_is_noticed(tmp_path: Path, source: str) -> None:
    (tmp_path / "test_x.py").write_text(source + "\n")
    numbers = {int(digits) for digits in LINE.findall(PAGE)}
    assert cases_named(tmp_path / "test_x.py") - numbers == {999}
