"""Templates compare states, kinds, severities and roles only with words that exist in code.

mypy checks such comparisons in Python. In a template, `flag.state == "opne"` would silently be false. The words of a
name are those of the enums and Literals of the columns and dataclass fields with that name. Names that hold such a word
without being a field, and names that hold other words, are listed here.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from inspect import get_annotations
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

import pytest
from jinja2 import Environment, nodes

from server.appointments.rules import AppointmentFault
from server.delivery.heartbeats import SendingTrouble
from server.desk.inbox import flag_pages
from server.desk.past_pages import Past
from server.desk.rules import InboxTab
from server.flags.rules import WHOLE, Condition
from server.people.clinics import CLINIC_LINES
from server.people.flow import OWN_NUMBERS
from server.people.rules import CallOutcome
from server.phone_numbers.parts import NumberFault
from server.questionnaires.respondents import Respondent
from server.reminders.states import AttemptState, ReminderState
from server.web.looks import LOOKS

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "server").rglob("*.html"))
ENVIRONMENT = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
ICONS = {"answers", "back", "bell", "calendar", "camera", "check", "device", "dots", "gear", "globe", "heart"}
ICONS |= {"help", "message", "people", "phone", "plus", "share", "speak"}
FILTERS = {"selectattr", "rejectattr"}
SAME = {"equalto", "eq", "==", "ne", "!=", "in"}


def words_in(kind: Any) -> set[str]:
    """The strings of the enums and Literals in a type, at any depth."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {str(member.value) for member in kind}
    if get_origin(kind) is Literal:
        return {str(word.value if isinstance(word, Enum) else word) for word in get_args(kind) if word is not None}
    return {word for part in get_args(kind) for word in words_in(part)}


@cache
def words_by_name() -> dict[str, set[str]]:
    """The words that columns and dataclass fields of each name may hold, and the words of the names listed here."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in _modules():
        for each in vars(module).values():
            if isinstance(each, type) and each.__module__ == module.__name__:
                for name, kind in get_annotations(each).items():
                    found[name] |= words_in(kind)
    for name, words in _other_words(found).items():
        found[name] |= words
    return {name: words for name, words in found.items() if words}


def _modules() -> Iterator[ModuleType]:
    for path in sorted((ROOT / "server").rglob("*.py")):
        if "migrations" not in path.parts and path.stem != "__init__":
            yield import_module(path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."))


def _other_words(fields: dict[str, set[str]]) -> dict[str, set[str]]:
    return {
        # Words of an enum under another name.
        "call": words_in(CallOutcome),
        "condition": words_in(Condition),
        "last": words_in(AttemptState) | words_in(ReminderState),
        "show": words_in(InboxTab),
        "silence": words_in(SendingTrouble),
        "what": words_in(Past),
        "who": words_in(Respondent),
        # Why something was refused: by a form, a phone number or an appointment. Also why the outbox kept an entry.
        "why": {"over", "left"} | words_in(flag_pages.Missing | flag_pages.Changed | NumberFault | AppointmentFault),
        # Words that are not states.
        "aloud": set(LOOKS["aloud"]),
        "size": set(LOOKS["size"]),
        "home": {"/", "/staff"},
        "item": {WHOLE},
        "key": {"call", "called", "waiting"},  # the parts of the list of late patients
        "name": ICONS,
        "number_field": {*CLINIC_LINES, *OWN_NUMBERS},
        "platform": {"iphone", "android"},
        # parts.word has words for every code in the database.
        "word": {word for words in fields.values() for word in words},
    }


def words_raised(error: str) -> set[str]:
    """The string arguments that come first wherever the server makes this error."""
    calls = (
        node
        for path in (ROOT / "server").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] == error
    )
    return {
        part.value
        for call in calls
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def faults(source: str, allowed: dict[str, set[str]]) -> list[str]:
    """Words of a template that are compared with a name, or looked up by it, and do not belong to it."""
    tree = ENVIRONMENT.parse(source)
    found = []
    for name, words in [*_used(tree, ""), *_in_filters(tree)]:
        if name not in allowed:
            found.append(f"nothing says which words {name} may be: {', '.join(words)}")
        found += [f"{name} is never {word!r}" for word in words if word not in allowed.get(name, {word})]
    return found


def _used(node: nodes.Node, macro: str) -> Iterator[tuple[str, list[str]]]:
    """Each name with the strings to which it is compared. `code` stands for the thing that its macro is named after."""
    if isinstance(node, nodes.Macro):
        macro = node.name
    for name, words in _at(node):
        yield (macro if name == "code" else name), words
    for child in node.iter_child_nodes():
        yield from _used(child, macro)


def _at(node: nodes.Node) -> Iterator[tuple[str, list[str]]]:
    if isinstance(node, nodes.Compare):
        for operand in node.ops:
            if operand.op in ("eq", "ne", "in", "notin"):
                yield from _named([(node.expr, _strings(operand.expr))])
            if operand.op in ("eq", "ne"):
                yield from _named([(operand.expr, _strings(node.expr))])
    elif isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Dict):
        yield from _named([(node.arg, _keys(node.node))])
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "get":
        if isinstance(node.node.node, nodes.Dict):
            yield from _named([(node.args[0], _keys(node.node.node))])
    elif isinstance(node, nodes.Assign) and isinstance(node.node, nodes.Dict):
        yield from _word_table(node.target, node.node)


def _word_table(target: nodes.Expr, lookup: nodes.Dict) -> Iterator[tuple[str, list[str]]]:
    """As in `{% set screen_words = {…} %}`: its keys are words of `screen`."""
    if isinstance(target, nodes.Name) and target.name.endswith("_words"):
        yield target.name.removesuffix("_words"), _keys(lookup)


def _named(pairs: Iterable[tuple[nodes.Expr, list[str]]]) -> Iterator[tuple[str, list[str]]]:
    for side, words in pairs:
        name = _name(side)
        if name and words:
            yield name, words


def _name(expression: nodes.Node) -> str | None:
    if isinstance(expression, nodes.Filter) and expression.node is not None:
        return _name(expression.node)
    if isinstance(expression, nodes.Getattr):
        return expression.attr
    return expression.name if isinstance(expression, nodes.Name) else None


def _strings(expression: nodes.Node) -> list[str]:
    parts = expression.items if isinstance(expression, (nodes.Tuple, nodes.List)) else [expression]
    return [part.value for part in parts if isinstance(part, nodes.Const) and isinstance(part.value, str)]


def _keys(lookup: nodes.Dict) -> list[str]:
    return [word for pair in lookup.items for word in _strings(pair.key)]


def _in_filters(tree: nodes.Template) -> Iterator[tuple[str, list[str]]]:
    """As in `rows|selectattr("flag.severity", "equalto", "urgent")`."""
    for each in tree.find_all(nodes.Filter):
        if each.name in FILTERS and len(each.args) == 3 and set(_strings(each.args[1])) & SAME:
            [attribute], words = _strings(each.args[0]), _strings(each.args[2])
            yield from ([(attribute.rpartition(".")[2], words)] if words else [])


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_template_names_only_existing_words(path: str) -> None:
    assert faults((ROOT / path).read_text(), words_by_name()) == []


def test_a_name_has_the_words_of_its_columns_and_fields() -> None:
    words = words_by_name()
    assert words["severity"] == {"urgent", "today", "this-week"}
    assert words["role"] == {"coordinator", "clinician", "admin"}
    assert {"busy", "no-number", "gap"} <= words["why"]


@pytest.mark.parametrize(
    "source",
    [
        '{% if flag.severity == "urgnt" %}!{% endif %}',
        '{% if "urgnt" != row.flag.severity %}!{% endif %}',
        '{% if staff.role in ("clinician", "admn") %}!{% endif %}',
        '{% if staff.role not in ["admn"] %}!{% endif %}',
        '{{ "!" if told.state|default("") == "opne" else "" }}',
        '{% for row in rows if row.flag.severity == "urgnt" %}!{% endfor %}',
        '{{ {"urgnt": 1}[flag.severity] }}',
        '{{ {"urgnt": 1}.get(flag.severity, 0) }}',
        '{% set severity_words = {"urgnt": 1} %}',
        '{% macro severity(code) %}{{ {"urgnt": 1}.get(code, code) }}{% endmacro %}',
        '{% macro severity(code) %}{% if code == "urgnt" %}!{% endif %}{% endmacro %}',
        '{{ rows|selectattr("flag.severity", "equalto", "urgnt")|list }}',
        '{{ rows|rejectattr("severity", "in", ("urgnt", "today"))|list }}',
    ],
)
def test_a_misspelt_word_is_noticed(source: str) -> None:
    [fault] = faults(source, words_by_name())
    assert "is never" in fault


def test_a_name_without_known_words_is_noticed() -> None:
    assert len(faults('{% if flag.colour == "red" %}!{% endif %}', words_by_name())) == 1


@pytest.mark.parametrize(
    "source",
    [
        '{% if flag.severity == "urgent" %}!{% endif %}',
        '{% if staff.role in ("clinician", "admin") %}!{% endif %}',
        '{% if ";" not in clinic.crisis_line_tel %}!{% endif %}',
        '{{ {"urgent": 1}[flag.severity] }}',
        "{% if a.id == b.id %}!{% endif %}",
        "{% if n == 1 %}!{% endif %}",
    ],
)
def test_correct_words_are_not_reported(source: str) -> None:
    assert faults(source, words_by_name()) == []
