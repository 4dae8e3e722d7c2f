"""Find the words with which templates compare states, kinds, severities and roles, and those that do not exist.

mypy checks such comparisons in Python. In a template, `flag.state == "opne"` would silently be false. The words of a
name are those of the enums and Literals of the columns and dataclass fields with that name; where a variable is named
after a table, they are those of its own column. Names that hold such a word without being a field, and names that hold
other words, are listed here.
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

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "server").rglob("*.html"))
Constants = dict[str, list[str]]
ENVIRONMENT = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
ICONS = {"answers", "back", "bell", "calendar", "camera", "check", "device", "dots", "gear", "globe", "heart"}
ICONS |= {"help", "message", "people", "phone", "plus", "share", "speak"}
FILTERS = {"selectattr", "rejectattr"}
SAME = {"sameas", "equalto", "eq", "==", "ne", "!=", "in"}
HTML = {"type"}  # given by name, this is the attribute of an <input>
TABLE_OF = {"visit": "appointment"}  # the screens' word for a table


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
                table = getattr(each, "__tablename__", None)
                for name, kind in get_annotations(each).items():
                    found[name] |= words_in(kind)
                    if table:
                        found[f"{table}.{name}"] |= words_in(kind)
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
        "code": {"en", "es"},  # of a language, outside a macro
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
    constants = _constants(tree)
    given = [(key, words) for key, words in _given(tree, constants) if key in allowed.keys() - HTML]
    for whole, words in [*_used(tree, "", constants), *_in_filters(tree), *given]:
        name = whole if whole in allowed else whole.rpartition(".")[2]
        if name not in allowed:
            found.append(f"nothing says which words {name} may be: {', '.join(words)}")
        found += [f"{name} is never {word!r}" for word in words if word not in allowed.get(name, {word})]
    return found


def _constants(tree: nodes.Template) -> Constants:
    """As in `{% set red = "urgent" %}`: the words that a name may stand for."""
    found: Constants = defaultdict(list)
    for each in tree.find_all(nodes.Assign):
        if isinstance(each.target, nodes.Name):
            found[each.target.name] += _strings(each.node, {}) or _keys(each.node)
    for block in tree.find_all(nodes.With):
        for target, value in zip(block.targets, block.values, strict=True):
            found[target.name if isinstance(target, nodes.Name) else ""] += _strings(value, {})
    return dict(found)


def _given(tree: nodes.Template, constants: Constants) -> Iterator[tuple[str, list[str]]]:
    """As in `badge(severity="urgent")`."""
    for call in tree.find_all(nodes.Call):
        for each in call.kwargs:
            if words := _strings(each.value, constants):
                yield each.key, words
    for macro in tree.find_all(nodes.Macro):
        for argument, value in zip(reversed(macro.args), reversed(macro.defaults), strict=False):
            if words := [word for word in _strings(value, {}) if word]:
                yield argument.name, words


def _used(node: nodes.Node, macro: str, constants: Constants) -> Iterator[tuple[str, list[str]]]:
    """Each name with the strings to which it is compared. `code` stands for the thing that its macro is named after."""
    if isinstance(node, nodes.Macro):
        macro = node.name
    for name, words in _at(node, constants):
        yield (macro if name == "code" and macro else name), words
    for child in node.iter_child_nodes():
        yield from _used(child, macro, constants)


def _at(node: nodes.Node, constants: Constants) -> Iterator[tuple[str, list[str]]]:
    if isinstance(node, nodes.Compare):
        for operand in node.ops:
            if operand.op in ("eq", "ne", "in", "notin"):
                yield from _named([(node.expr, _strings(operand.expr, constants))])
            if operand.op in ("eq", "ne"):
                yield from _named([(operand.expr, _strings(node.expr, constants))])
    elif isinstance(node, nodes.Test) and node.name in SAME:
        yield from _named([(node.node, _strings(node.args[0], constants))])
        yield from _named([(node.args[0], _strings(node.node, constants))])
    elif isinstance(node, nodes.Assign) and isinstance(node.node, nodes.Dict):
        yield from _word_table(node.target, node.node)
    else:
        yield from _looked_up(node)


def _looked_up(node: nodes.Node) -> Iterator[tuple[str, list[str]]]:
    if isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Dict):
        yield from _named([(node.arg, _keys(node.node))])
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "get":
        lookup = node.node.node
        yield from _named([(node.args[0], _keys(lookup))] if isinstance(lookup, nodes.Dict) else [])


def _word_table(target: nodes.Expr, lookup: nodes.Dict) -> Iterator[tuple[str, list[str]]]:
    """As in `{% set screen_words = {…} %}`: its keys are words of `screen`."""
    if isinstance(target, nodes.Name) and target.name.endswith("_words"):
        yield target.name.removesuffix("_words"), _keys(lookup)


def _named(pairs: Iterable[tuple[nodes.Expr, list[str]]]) -> Iterator[tuple[str, list[str]]]:
    for side, words in pairs:
        for name in _names(side) if words else []:
            yield name, words


def _names(expression: nodes.Node) -> list[str]:
    """What is read: `flag.severity` of `row.flag.severity`, and both sides of an `or`."""
    if isinstance(expression, nodes.Filter) and expression.node is not None:
        return _names(expression.node)
    if isinstance(expression, (nodes.Or, nodes.And)):
        return [*_names(expression.left), *_names(expression.right)]
    if isinstance(expression, nodes.CondExpr):
        return [name for part in (expression.expr1, expression.expr2) if part for name in _names(part)]
    if isinstance(expression, (nodes.Getattr, nodes.Getitem)):
        last = expression.attr if isinstance(expression, nodes.Getattr) else "".join(_strings(expression.arg, {}))
        owner = [name.rpartition(".")[2] for name in _names(expression.node)]
        return [".".join([*(TABLE_OF.get(each, each) for each in owner[:1]), last])] if last else []
    return [expression.name] if isinstance(expression, nodes.Name) else []


def _strings(expression: nodes.Node, constants: Constants) -> list[str]:
    """The strings that an expression may be, or hold if it is a list."""
    if isinstance(expression, (nodes.Tuple, nodes.List)):
        return [word for part in expression.items for word in _strings(part, constants)]
    if isinstance(expression, nodes.CondExpr):
        parts = [part for part in (expression.expr1, expression.expr2) if part]
        return [word for part in parts for word in _strings(part, constants)]
    if isinstance(expression, nodes.Dict):
        return _keys(expression)
    if isinstance(expression, nodes.Name):
        return constants.get(expression.name, [])
    return [expression.value] if isinstance(expression, nodes.Const) and isinstance(expression.value, str) else []


def _keys(lookup: nodes.Node) -> list[str]:
    return (
        [] if not isinstance(lookup, nodes.Dict) else [word for pair in lookup.items for word in _strings(pair.key, {})]
    )


def _in_filters(tree: nodes.Template) -> Iterator[tuple[str, list[str]]]:
    """As in `rows|selectattr("flag.severity", "equalto", "urgent")`."""
    for each in tree.find_all(nodes.Filter):
        if each.name in FILTERS and len(each.args) == 3 and set(_strings(each.args[1], {})) & SAME:
            [attribute], words = _strings(each.args[0], {}), _strings(each.args[2], {})
            yield from ([(".".join(attribute.split(".")[-2:]), words)] if words else [])
