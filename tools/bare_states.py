"""Find bare strings where a state belongs: compared with a column, a field or a parameter of an enum, or set as one.

mypy accepts any string in a query, and in a comparison with a StrEnum, which is a str itself. In a query it also
accepts another table's enum. Where a column's type is a Literal, a bare string must be one of its words.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

from tools.state_words import States, names_in, read

Function = ast.FunctionDef | ast.AsyncFunctionDef
Pair = tuple[ast.expr, ast.expr]
# Calls that give back one of their arguments, or something that is compared as these are.
SAME = {"coalesce", "nullif", "cast", "type_coerce", "literal", "literal_column", "str"}
SAME |= {"set", "frozenset", "tuple", "list", "sorted"}
DEFAULTS = ("default", "insert_default", "onupdate")
WORDS_OF_SQL = r"'[^']*'(?:\s*,\s*'[^']*')*"
SQL = re.compile(rf"\b(\w+)\s*(?:=|!=|<>|IS(?: NOT)?(?: DISTINCT FROM)?|(?:NOT )?IN)\s*\(?\s*({WORDS_OF_SQL})", re.I)
SQL_REVERSED = re.compile(r"('[^']*')\s*(?:=|!=|<>)\s*(?:\w+\.)?(\w+)")
BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
ALL = ("value", "name")  # row.state.value
PARAMETER = "()"  # what a parameter stands for whose type is an enum
KEY = "[]"  # before a name that is read by its key, as in row["state"]: it is a column, or something else


@dataclass(frozen=True)
class Scope:
    """What names stand for: `aliases` for a column or field, `constants` for an expression of the module."""

    aliases: dict[str, str]
    constants: dict[str, ast.expr]


def bare_states(trees: Iterable[ast.Module]) -> Iterator[tuple[ast.Module, int]]:
    """Each place as its tree and line. An enum may be declared in another tree than it is used in."""
    trees = list(trees)
    states = read(trees)
    constants = {tree: _constants(tree) for tree in trees}
    shared = {name: value for found in constants.values() for name, value in found.items()}
    for tree in trees:
        imported = {
            each.asname or each.name: shared[each.name]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for each in node.names
            if each.name in shared
        }
        yield from ((tree, line) for line in sorted(_lines(tree, states, imported | constants[tree])))


def _lines(tree: ast.Module, states: States, constants: dict[str, ast.expr]) -> set[int]:
    outside = ast.Module([node for node in tree.body if not isinstance(node, BLOCKS)], [])
    lines = set(_wrong(tree, states, Scope({}, constants))) | set(_in_declarations(tree, states))
    lines |= set(_wrong(outside, states, Scope(_aliases(outside, {}), constants)))
    for function in ast.walk(tree):
        if isinstance(function, Function):
            given = {arg.arg: PARAMETER for arg in _arguments(function) if _holds_state(arg, states)}
            local = constants | _constants(function)
            lines |= set(_wrong(function, states, Scope(_aliases(function, given), local)))
            lines |= {
                subject.lineno
                for node in ast.walk(function)
                for subject, value in _pairs(node, states)
                if isinstance(subject, ast.Name) and subject.id in given and any(_texts(value, local))
            }
    return lines


def _holds_state(argument: ast.arg, states: States) -> bool:
    """Whether it is an enum, or a list or set of one. The keys of a dictionary may be anything."""
    kinds = names_in(argument.annotation)
    return bool(kinds & states.enums.keys()) and not kinds & {"dict", "Mapping", "Callable", "Awaitable"}


def _arguments(function: Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _constants(root: ast.Module | Function) -> dict[str, ast.expr]:
    """What each name of this scope is set to, if it is set once."""
    found: dict[str, list[ast.expr]] = {}
    for node in root.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found.setdefault(node.target.id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _wrong(root: ast.AST, states: States, scope: Scope) -> Iterator[int]:
    """The lines on which a column or field meets a bare string, or an enum that is not its own."""
    for node in ast.walk(root):
        for subject, value in _pairs(node, states):
            is_new = isinstance(node, ast.Assign) and isinstance(subject, ast.Name)
            for name in [] if is_new else _names(subject, scope.aliases):
                column = name.removeprefix(KEY)
                is_state = states.holds_state(column) if column == name else column in states.pooled
                if (is_state or name == PARAMETER) and set(_texts(value, scope.constants)) - states.bare(column):
                    yield subject.lineno
            if _is_of_another(subject, value, states, scope):
                yield subject.lineno
        if isinstance(node, ast.Call) and node.args and _is_no_member(node, states):
            yield node.lineno
        yield from _misspelt_rows(node, states, scope)
        yield from _of_other_tables(node, states, scope)


def _is_no_member(call: ast.Call, states: States) -> bool:
    """As State("snet"), which fails when it runs."""
    words = states.enums.get(_called(call))
    return words is not None and bool(set(_texts(call.args[0], {})) - words)


def _texts(value: ast.expr, constants: dict[str, ast.expr]) -> Iterator[str]:
    for leaf in _leaves(value, constants):
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
            yield leaf.value.strip("'")


def _leaves(value: ast.expr, constants: dict[str, ast.expr]) -> Iterator[ast.expr]:
    """What an expression may yield, or hold if it is a list: the constants and the attributes at its ends."""
    match value:
        case ast.Name(id=name):
            if name in constants:
                others = {key: each for key, each in constants.items() if key != name}
                yield from _leaves(constants[name], others)
        case ast.Subscript(value=ast.Dict(values=parts)) | ast.BoolOp(values=parts):
            yield from _all(parts, constants)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            yield from _all(parts, constants)
        case ast.Starred(value=part) | ast.Await(value=part) | ast.NamedExpr(value=part):
            yield from _leaves(part, constants)
        case ast.IfExp(body=first, orelse=second) | ast.BinOp(left=first, right=second):
            yield from _all([first, second], constants)
        case ast.Call():
            yield from _all(_given(value), constants)
        case _:
            yield value


def _all(parts: Iterable[ast.expr], constants: dict[str, ast.expr]) -> Iterator[ast.expr]:
    for part in parts:
        yield from _leaves(part, constants)


def _given(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of which a call may give back one: case((…, "x"), else_="y"), coalesce(Row.state, "x")."""
    called = _called(call)
    if called == "case":
        yield from (part for each in call.args if isinstance(each, ast.Tuple) for part in each.elts[1:])
        yield from (part for each in call.args if isinstance(each, ast.Dict) for part in each.values)
        yield from (each.value for each in call.keywords if each.arg == "else_")
    elif called in SAME:
        yield from call.args
    elif called == "get" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Dict):
        yield from call.func.value.values


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _names(side: ast.expr, aliases: dict[str, str]) -> list[str]:
    """The columns or fields that an expression may read."""
    match side:
        case ast.Attribute(value=inner, attr=attr) if attr in ALL:
            return [attr, *_names(inner, aliases)]
        case ast.Attribute(attr=attr):
            return [attr]
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return [KEY + key]
        case ast.Name(id=name):
            return [aliases[name]] if name in aliases else []
        case ast.NamedExpr(value=part) | ast.Await(value=part):
            return _names(part, aliases)
        case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
            return _names(part, aliases)
        case ast.Call():
            return _names_of_call(side, aliases)
    parts = (
        [side.body, side.orelse] if isinstance(side, ast.IfExp) else side.values if isinstance(side, ast.BoolOp) else []
    )
    return [name for part in parts for name in _names(part, aliases)]


def _names_of_call(call: ast.Call, aliases: dict[str, str]) -> list[str]:
    called = _called(call)
    if called in ("get", "getattr"):
        return [KEY + str(each.value) for each in call.args if isinstance(each, ast.Constant)]
    if called in SAME or (called == "select" and len(call.args) == 1):
        return [name for each in call.args for name in _names(each, aliases)]
    if called in ("scalar", "scalars", "all", "where", "order_by", "distinct"):  # each value of select(Row.state)
        inner = [*call.args[:1], *([call.func.value] if isinstance(call.func, ast.Attribute) else [])]
        return [name for each in inner if isinstance(each, ast.Call) for name in _names(each, aliases)]
    return []


def _aliases(scope: ast.AST, given: dict[str, str]) -> dict[str, str]:
    """The local names that stand for a column or field: `state = row.state`, or each value of a list of them."""
    found = dict(given)
    for _ in range(2):  # a name may stand for an alias
        for node in ast.walk(scope):
            for target, value in _bound(node):
                each = value.elts if isinstance(value, (ast.List, ast.Set)) else [value]
                names = [name for part in each for name in _names(part, found)]
                if names and isinstance(target, ast.Name):
                    found[target.id] = names[0]
    return found


def _bound(node: ast.AST) -> Iterator[Pair]:
    match node:
        case ast.Assign():
            yield from (pair for target in node.targets for pair in _assigned(target, node.value))
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield target, ast.List(value.elts) if isinstance(value, ast.Tuple) else value


def _pairs(node: ast.AST, states: States) -> Iterator[Pair]:
    """What this node compares with a value, or sets to one; with that value."""
    match node:
        case ast.Compare():
            yield from permutations([node.left, *node.comparators], 2)
        case ast.Assign():
            yield from (pair for target in node.targets for pair in _assigned(target, node.value))
        case ast.Match():
            yield from ((node.subject, value) for value in _patterns(node))
        case ast.Subscript(value=ast.Dict(keys=keys), slice=key):  # {"x": 1}[row.state]
            yield from ((key, each) for each in keys if each)
        case ast.Call():
            yield from _pairs_of_call(node, states)


def _pairs_of_call(node: ast.Call, states: States) -> Iterator[Pair]:
    for each in node.keywords:
        # Many calls have a `reason` of their own; mypy knows the type of theirs.
        if each.arg and (not states.bare(each.arg) or _called(node) in (*states.tables, "values", "filter_by")):
            yield _attribute(each.arg, each.value), each.value
    if _called(node) in ("coalesce", "nullif"):
        yield from permutations(node.args, 2)
    if _called(node) == "setattr" and len(node.args) == 3 and isinstance(node.args[1], ast.Constant):
        yield _attribute(str(node.args[1].value), node.args[2]), node.args[2]
    if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and isinstance(node.func.value, ast.Dict):
        yield from ((node.args[0], each) for each in node.func.value.keys if each)
    elif isinstance(node.func, ast.Attribute) and node.func.attr != "get":
        # Row.state.in_(…), Row.state.is_distinct_from(…)
        yield from ((node.func.value, each) for each in node.args)
        if node.func.attr in ("values", "execute"):  # update(Row).values({"state": …}), execute(insert(Row), [{…}])
            rows = [*node.args, *(each.value for each in node.keywords if each.arg is None)]
            yield from (pair for each in rows for pair in _entries(each))


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[Pair]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=False)
    else:
        yield target, value


def _entries(argument: ast.expr) -> Iterator[Pair]:
    match argument:
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant):
                    yield _attribute(str(key.value), value), value
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            yield from (pair for part in parts for pair in _entries(part))
        case ast.ListComp(elt=part):
            yield from _entries(part)


def _attribute(name: str, there: ast.expr) -> ast.Attribute:
    return ast.copy_location(ast.Attribute(there, name), there)


def _patterns(node: ast.Match) -> list[ast.expr]:
    return [each.value for case in node.cases for each in ast.walk(case.pattern) if isinstance(each, ast.MatchValue)]


def _misspelt_rows(node: ast.AST, states: States, scope: Scope) -> Iterator[int]:
    """A dictionary whose keys are all columns of one table is a row of it."""
    if not isinstance(node, ast.Dict):
        return
    entries = {subject.attr: value for subject, value in _entries(node) if isinstance(subject, ast.Attribute)}
    for table, columns in states.tables.items():
        if len(entries) == len(node.keys) > 1 and entries.keys() <= states.rows[table] | {"id", "clinic_id"}:
            for name in entries.keys() & columns.keys():
                if set(_texts(entries[name], scope.constants)) - states.pooled[name].words:
                    yield entries[name].lineno


def _is_of_another(subject: ast.expr, value: ast.expr, states: States, scope: Scope) -> bool:
    """Whether `CheckIn.state` meets a member of an enum that is not the column's, such as ReminderState.SENT."""
    if not (isinstance(subject, ast.Attribute) and isinstance(subject.value, ast.Name)):
        return False
    return _meets_another(subject.value.id, subject.attr, value, states, scope)


def _meets_another(table: str, name: str, value: ast.expr, states: States, scope: Scope) -> bool:
    column = states.tables.get(table, {}).get(name)
    return column is not None and any(
        leaf.value.id in states.enums and leaf.value.id not in column.kinds
        for leaf in _leaves(value, scope.constants)
        if isinstance(leaf, ast.Attribute) and isinstance(leaf.value, ast.Name)
    )


def _of_other_tables(node: ast.AST, states: States, scope: Scope) -> Iterator[int]:
    """Row(state=…), update(Row).values(state=…), insert(Row).values(state=…)."""
    if isinstance(node, ast.Call):
        roots = [part for part in ast.walk(node.func) if isinstance(part, ast.Call)]
        of_statement = [root.args[0] for root in roots if _called(root) in ("update", "insert") and root.args]
        table = node.func if isinstance(node.func, ast.Name) else next(iter(of_statement), None)
        if isinstance(table, ast.Name):
            for each in node.keywords:
                if each.arg and _meets_another(table.id, each.arg, each.value, states, scope):
                    yield each.value.lineno


def _in_declarations(tree: ast.Module, states: States) -> Iterator[int]:
    """The defaults of columns, and the states inside SQL text: in a table's class, those of its own columns."""
    own: dict[ast.AST, str] = {}
    for table in ast.walk(tree):
        if isinstance(table, ast.ClassDef) and table.name in states.tables:
            own |= dict.fromkeys(ast.walk(table), table.name)
            yield from _misspelt_defaults(table, states)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            columns = states.tables[own[node]] if node in own else states.pooled
            reversed_pairs = [(name, word) for word, name in SQL_REVERSED.findall(node.value)]
            for name, listed in [*SQL.findall(node.value), *reversed_pairs]:
                if name in columns and set(re.findall(r"'([^']*)'", listed)) - columns[name].words:
                    yield node.lineno


def _misspelt_defaults(table: ast.ClassDef, states: States) -> Iterator[int]:
    for node in table.body:
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
            continue
        column = states.tables[table.name].get(node.target.id)
        given = node.value.keywords if isinstance(node.value, ast.Call) else []
        for each in given if column else []:
            texts = set(_texts(each.value, {}))
            allowed = column.words if each.arg == "server_default" else column.bare  # type: ignore[union-attr]
            if each.arg in (*DEFAULTS, "server_default") and texts - allowed:
                yield node.lineno
