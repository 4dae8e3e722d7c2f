"""Find bare strings where a state belongs: compared with a column, a field or a parameter of an enum, or set as one.

mypy accepts any string in a query, and in a comparison with a StrEnum, which is a str itself.
"""

import ast
from collections.abc import Iterable, Iterator
from itertools import permutations

Function = ast.FunctionDef | ast.AsyncFunctionDef
PLAIN = {"str", "int", "bool", "float", "bytes", "datetime", "None", "Any", "dict", "list"}


def bare_states(trees: Iterable[ast.Module]) -> Iterator[tuple[ast.Module, int]]:
    """Each place as its tree and line. An enum may be declared in another tree than it is used in."""
    trees = list(trees)
    enums = {
        node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and _is_enum(node)
    }
    names = _state_fields(trees, enums)
    for tree in trees:
        lines = {line for line, name in _uses(tree) if name in names}
        for function in ast.walk(tree):
            if isinstance(function, Function):
                given = {arg.arg for arg in _arguments(function) if _words(arg.annotation) & enums}
                lines |= {line for line, name in _uses(function, of_names=True) if name in given}
        yield from ((tree, line) for line in sorted(lines))


def _is_enum(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in node.bases)


def _words(annotation: ast.expr | None) -> set[str]:
    return {each.id for each in ast.walk(annotation) if isinstance(each, ast.Name)} if annotation else set()


def _arguments(function: Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _state_fields(trees: list[ast.Module], enums: set[str]) -> set[str]:
    """The columns that hold no plain type, and the fields that hold an enum in each class that names one so."""
    columns, states, texts = set(), set(), set()
    for node in (each for tree in trees for each in ast.walk(tree)):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            words = _words(node.annotation)
            if "Mapped" in words and not words - {"Mapped"} <= PLAIN:
                columns.add(node.target.id)
            elif "str" in words:
                texts.add(node.target.id)
            elif words & enums:
                states.add(node.target.id)
    return columns | (states - texts)


def _uses(root: ast.AST, of_names: bool = False) -> Iterator[tuple[int, str]]:
    """The line and the attribute or keyword (or the plain name) that is compared with a bare string, or set to one."""
    for node in ast.walk(root):
        for subject, value in _pairs(node):
            bare = any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in _members(value))
            name = _name(subject, of_names) if bare else None
            if name is not None:
                yield subject.lineno, name


def _name(side: ast.expr, of_names: bool) -> str | None:
    if of_names:
        return side.id if isinstance(side, ast.Name) else None
    return side.attr if isinstance(side, ast.Attribute) else None


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What this node compares with a value, or sets to one; with that value."""
    match node:
        case ast.Compare():
            yield from permutations([node.left, *node.comparators], 2)
        case ast.Assign():
            yield from (pair for target in node.targets for pair in _assigned(target, node.value))
        case ast.Match():
            yield from ((node.subject, value) for value in _patterns(node))
        case ast.Call():
            yield from ((_attribute(each.arg, each.value), each.value) for each in node.keywords if each.arg)
            if isinstance(node.func, ast.Attribute):  # Row.state.in_(…), Row.state.is_distinct_from(…)
                yield from ((node.func.value, each) for each in node.args)
                if node.func.attr == "values":  # update(Row).values({"state": …})
                    yield from (pair for each in node.args for pair in _entries(each))


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=False)
    else:
        yield target, value


def _entries(argument: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(argument, ast.Dict):
        for key, value in zip(argument.keys, argument.values, strict=True):
            if isinstance(key, ast.Constant):
                yield _attribute(str(key.value), value), value


def _attribute(name: str, there: ast.expr) -> ast.Attribute:
    return ast.copy_location(ast.Attribute(there, name), there)


def _patterns(node: ast.Match) -> list[ast.expr]:
    return [each.value for case in node.cases for each in ast.walk(case.pattern) if isinstance(each, ast.MatchValue)]


def _members(side: ast.expr) -> list[ast.expr]:
    return list(side.elts) if isinstance(side, (ast.Tuple, ast.List, ast.Set)) else [side]
