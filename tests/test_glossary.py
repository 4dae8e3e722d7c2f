"""Names in code and tables use the words of docs/glossary.md, and none that it avoids."""

import ast
import re
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path

import pytest

import server.migrations as migrations
from server.db import Base

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
SERVER = ROOT / "server"
FILES = sorted(path for path in SERVER.rglob("*.py") if "migrations" not in path.parts)
# A word that the glossary avoids in one meaning, but that the field uses in another.
OTHER_MEANINGS = {
    "form": "an HTML form",
    "id": "the key of a row; the glossary avoids it for a record number alone",
    "phone": "a telephone number or call, and the folder of a patient's pages; a device is a device",
    "reason": "why something ended or failed; the answers behind a flag are evidence",
}
# Such a word that only these names keep, each with the reason.
NAMES_THAT_KEEP = {
    "step": {  # one of several pages or waits; the next channel is a channel
        "MOST_STEPS", "NextStep", "STEP", "STEPS", "Step", "_steps", "escalation_step", "escalation_steps",
        "matching_step", "next_steps", "step", "steps", "totp_step",
    },
    "who": {  # the audience of a route, and the field `who` of addresses and sealed entries, which phones hold
        "Who", "_refuse_who_left", "_who", "ask_who_stays", "caregiver_who_replied", "is_of_who_left",
        "who", "who_comes", "who_page", "who_stay",
    },
    "post": {  # the HTTP method
        "_post", "post",
    },
    "visit": {  # the word on screens, in addresses and in stored kinds; a row is an appointment
        "ABOUT_VISITS", "VISIT", "VISITS", "VISITS_KEPT", "VISIT_MOVED", "VISIT_OFFSETS", "_visits",
        "visit", "visit-moved", "visit_instructions", "visits",
    },
    "verb": {  # what an audit event says was done; the command line has commands
        "AuditVerb", "FormerVerb", "VERBS", "Verb", "_verb", "verb", "verbs",
    },
    "red": {  # the red-flag screens, which have that name in medicine
        "_red_mark", "red", "red_flag_screens",
    },
    "box": {  # a field of sealed entries, which phones hold
        "box",
    },
    "act": {  # what staff press
        "_act_as_drawn", "act", "acts",
    },
    "helper": {  # the field of sealed entries and bundles, which phones hold, and the word on screens
        "_helper", "helper",
    },
}  # fmt: skip


def avoided() -> set[str]:
    """The words in the glossary's last column. "rule row" is one."""
    rows = [line.split("|") for line in (ROOT / "docs" / "glossary.md").read_text().splitlines() if line[:2] == "| "]
    columns = [re.sub(r"\(.*?\)", "", row[3]) for row in rows[1:]]
    return {word.strip().lower() for column in columns for word in column.split(",") if word.strip()}


def words_of(name: str) -> list[str]:
    """`NewVisits` and `new_visits` both contain "new" and "visit"."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return [part.lower().removesuffix("s") if part.lower() not in ("address", "process") else part for part in parts]


def names(tree: ast.AST) -> Iterator[str]:
    """The names in a module: classes, functions, parameters, variables."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name


def wrong(found: Iterator[str] | list[str]) -> list[str]:
    bad = avoided() - OTHER_MEANINGS.keys()
    return sorted({name for name in found if any(_has(name, word) for word in bad)})


def _has(name: str, word: str) -> bool:
    is_kept = name in NAMES_THAT_KEEP.get(word, set())
    return f" {word} " in f" {' '.join(words_of(name))} " and not is_kept


def test_every_module_uses_the_words_of_the_glossary() -> None:
    modules = {path.relative_to(SERVER).with_suffix(""): path.read_text() for path in FILES}
    faults = {path: wrong([*path.parts, *names(ast.parse(source))]) for path, source in modules.items()}
    assert {path: found for path, found in faults.items() if found} == {}


def test_tables_and_columns_use_the_words_of_the_glossary() -> None:
    assert migrations.MODELS  # imported so that each table is known
    tables = Base.metadata.tables.values()
    assert wrong([table.name for table in tables]) == []
    assert wrong([column.name for table in tables for column in table.columns]) == []


def test_states_use_the_words_of_the_glossary() -> None:
    for path in SERVER.rglob("*rules.py"):
        import_module(path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."))
    states = [member for enum in _enums(Enum) if enum.__module__.startswith("server.") for member in enum]
    assert len(states) > 100
    assert wrong([str(state.value) for state in states]) == []


def _enums(base: type[Enum]) -> Iterator[type[Enum]]:
    for enum in base.__subclasses__():
        yield enum
        yield from _enums(enum)


def test_each_exception_is_still_an_avoided_word() -> None:
    assert avoided() >= OTHER_MEANINGS.keys() | NAMES_THAT_KEEP.keys()


@pytest.mark.parametrize(
    "name",
    [
        "reach",
        "red_rows",
        "new_steps",
        "acts_of",
        "VisitRow",
        "post_id",
        "ladder",
        "held_rows",
        "NewRungs",
        "snooze",
        "party_of",
        "mrn",
        "is_soft",
        "rule_rows",
    ],
)
def test_an_avoided_word_is_noticed(name: str) -> None:
    assert wrong([name]) == [name]
