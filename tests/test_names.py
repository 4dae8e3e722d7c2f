"""No identifier uses a word that says too little; the glossary has a word for each thing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
# The word that is avoided → what to say.
AVOIDED = {
    "said": "text, answer, message, sentence",
    "told": "notified, sent, shown, exported",
    "known": "stored, existing, seen, registered",
    "held": "stored, kept, pending, locked",
    "hold": "lock, keep, delay",
    "reach": "notify, deliver to",
    "rung": "contact",
    "rungs": "contacts",
    "fold": "combine",
    "folds": "digests",
    "reckon": "recalculate",
    "beside": "conflicting, next to",
}
# Names that keep such a word, with the reason.
PERMITTED = {"fold": "Python's own: which of two equal wall times is meant (PEP 495)"}
# Released migrations keep the words of their time; tests/journeys/former/ is a phone of an earlier version.
RELEASED = ("server/migrations/versions/",)


def identifiers(source: str) -> Iterator[tuple[int, str]]:
    """The names that this source gives: to modules, classes, functions, parameters, variables, attributes, keys."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                if not name.startswith("test_"):  # the name of a test is a sentence
                    yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.MatchAs(name=str(name)):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name
            case ast.keyword(arg=str(name)):
                yield node.value.lineno, name


# What gives a name in a script and in a template. A comment of a script ends its line.
NAMING = {
    ".js": re.compile(
        r"([A-Za-z_$][\w$]*)\s*(?:=>|=(?!=)|\()"
        r"|(?:function|class|let|const|var)\s+(\w+)"
        r"|[{[,]\s*(?:\w+:\s*)?(\w+)(?=(?:\s*[,:]\s*\w+)*,?\s*[}\]])"  # taken apart: { a, b: c }, [d, e]
    ),
    ".html": re.compile(r"{%-?\s*(?:set|macro|for|with|block)\s+(\w+)|[(,]\s*(\w+)="),
}


def names_in_lines(source: str, suffix: str) -> Iterator[tuple[int, str]]:
    """The names that a script or a template gives, line by line."""
    for number, line in enumerate(source.splitlines(), 1):
        code = line.partition("//")[0] if suffix == ".js" else line
        yield from ((number, name) for match in NAMING[suffix].finditer(code) for name in match.groups() if name)


def avoided(source: str, suffix: str = ".py") -> list[str]:
    """The identifiers that contain an avoided word, each with its line."""
    return [
        f"{line}: {name}, better {AVOIDED[word]}"
        for line, name in (identifiers(source) if suffix == ".py" else names_in_lines(source, suffix))
        if name not in PERMITTED
        for word in re.findall(
            r"[a-z]+", re.sub(r"([A-Z])", r"_\1", name).lower() if not name.isupper() else name.lower()
        )
        if word in AVOIDED
    ]


FILES = [
    path.relative_to(ROOT).as_posix()
    for folder in ("server", "tests", "tools")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def avoided_in(files: list[str]) -> list[str]:
    return [f"{file}:{one}" for file in files for one in avoided((ROOT / file).read_text(), Path(file).suffix)]


def test_no_identifier_uses_an_avoided_word() -> None:
    files = [file for file in FILES if not file.startswith(RELEASED)]
    assert avoided_in(files) == []
    assert [file for file in files if set(Path(file).stem.split("_")) & AVOIDED.keys()] == []


OTHERS = [
    path.relative_to(ROOT).as_posix() for path in [*(ROOT / "pwa").glob("*.js"), *(ROOT / "server").rglob("*.html")]
]


def test_no_name_in_a_script_or_template_uses_an_avoided_word() -> None:
    assert avoided_in(sorted(OTHERS)) == []


@pytest.mark.parametrize(
    ("source", "suffix"),
    [
        ("const known = new Set();", ".js"),
        ("rows.map((held) => 1, told => 2);", ".js"),
        ("function foldRows(rows) {", ".js"),
        ("let held;", ".js"),
        ("rows.map(({held}) => 1);", ".js"),
        ("const { row: held, other } = found;", ".js"),
        ("const [held, other] = found;", ".js"),
        ("for (const held of rows) {", ".js"),
        ("class Held {", ".js"),
        ("{% set held = typed %}", ".html"),
        ("{% for told in reminders %}", ".html"),
        ("{{ field(beside=1) }}", ".html"),
    ],
)
def test_an_avoided_word_in_a_script_or_template_is_noticed(source: str, suffix: str) -> None:
    assert len(avoided(source, suffix)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "said = 1",
        "for held in rows: pass",
        "def f(told): pass",
        "def hold_rows(): pass",
        "class IsHeld: pass",
        "KNOWN_HOSTS = ()",
        "import status as told",
        "self.rungs = 2",
        "[folds for folds in digests]",
        "f(beside=1)",
    ],
)
def test_an_avoided_word_is_noticed(source: str) -> None:
    assert len(avoided(source)) == 1


def test_words_that_only_contain_an_avoided_one_are_not_noticed() -> None:
    assert avoided("folder = threshold = household = afold = unknown = 1\ndef test_a_held_lock(): pass") == []
