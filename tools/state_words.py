"""Which columns and fields hold a state, and which words each may hold: read from the source, importing nothing."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

PLAIN = {"str", "int", "bool", "float", "bytes", "datetime", "None", "Any", "dict", "list"}


@dataclass(frozen=True)
class Column:
    """`kinds` are the names in its type. `bare` are the words of its Literals, which mypy knows as plain strings."""

    kinds: frozenset[str]
    bare: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True)
class States:
    enums: dict[str, set[str]]
    tables: dict[str, dict[str, Column]]  # class → its columns that hold a state
    rows: dict[str, set[str]]  # class → all its columns
    fields: set[str]  # of dataclasses
    pooled: dict[str, Column] = field(default_factory=dict)  # the columns of one name in all tables

    def holds_state(self, name: str) -> bool:
        return name in self.pooled or name in self.fields

    def bare(self, name: str) -> frozenset[str]:
        return self.pooled[name].bare if name in self.pooled else frozenset()


def read(trees: Iterable[ast.Module]) -> States:
    nodes = [node for tree in trees for node in ast.walk(tree)]
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    enums = {node.name: _members(node) for node in classes if _is_enum(node)}
    literals = _literals([node for tree in trees for node in tree.body], enums)
    rows = {node.name: {name for name, kind in _annotated(node) if "Mapped" in names_in(kind)} for node in classes}
    tables = {node.name: dict(_columns(node, enums, literals)) for node in classes}
    states = States(enums, {name: own for name, own in tables.items() if own}, rows, _fields(nodes, enums))
    found: dict[str, list[Column]] = defaultdict(list)
    for own in states.tables.values():
        for name, column in own.items():
            found[name].append(column)
    for name, columns in found.items():
        parts = (
            frozenset[str]().union(*part) for part in zip(*((c.kinds, c.bare, c.words) for c in columns), strict=True)
        )
        states.pooled[name] = Column(*parts)
    return states


def names_in(annotation: ast.expr | None) -> set[str]:
    return {each.id for each in ast.walk(annotation) if isinstance(each, ast.Name)} if annotation else set()


def _is_enum(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in node.bases)


def _members(node: ast.ClassDef) -> set[str]:
    return set(_member_words(node).values())


def _member_words(node: ast.ClassDef) -> dict[str, str]:
    return {
        target.id: each.value.value
        for each in node.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
        for target in each.targets
        if isinstance(target, ast.Name)
    }


def _literals(body: list[ast.stmt], enums: dict[str, set[str]]) -> dict[str, set[str]]:
    """The words of each alias of a Literal. An alias may join others, which may stand in any module."""
    aliases = {
        node.targets[0].id: node.value
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, (ast.Subscript, ast.BinOp))
    }
    found: dict[str, set[str]] = defaultdict(set)
    for _ in range(3):  # an alias of an alias of an alias
        for name, value in aliases.items():
            found[name] = literal_words(value, found)
    return {name: words for name, words in found.items() if words and name not in enums}


def literal_words(annotation: ast.expr, aliases: dict[str, set[str]]) -> set[str]:
    """The strings in the Literals of a type, at any depth."""
    found: set[str] = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            found |= {
                part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
        elif isinstance(node, ast.Name):
            found |= aliases.get(node.id, set())
    return found


def _annotated(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id, each.annotation


def _columns(
    node: ast.ClassDef, enums: dict[str, set[str]], literals: dict[str, set[str]]
) -> Iterator[tuple[str, Column]]:
    """The columns that hold no plain type."""
    for name, annotation in _annotated(node):
        kinds = names_in(annotation)
        if "Mapped" in kinds and not kinds - {"Mapped"} <= PLAIN:
            bare = literal_words(annotation, literals)
            words = bare.union(*(enums.get(kind, set()) for kind in kinds))
            yield name, Column(frozenset(kinds), frozenset(bare), frozenset(words))


def _fields(nodes: list[ast.AST], enums: dict[str, set[str]]) -> set[str]:
    """The fields that hold an enum in each class that names one so."""
    states: set[str] = set()
    texts: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            kinds = names_in(node.annotation)
            if "Mapped" not in kinds:
                (texts if "str" in kinds else states if kinds & enums.keys() else set()).add(node.target.id)
    return states - texts
