"""docs/ARCHITECTURE.md names only what exists, and lists the folders in the order of their imports."""

import ast
import builtins
import importlib
import re
from pathlib import Path

import pytest

from tests.import_rules import BASE, RANK, SERVER
from tests.routes import ROUTES
from tools import measure_house

pytestmark = pytest.mark.source

PAGE = (Path(__file__).parent.parent / "docs" / "ARCHITECTURE.md").read_text()
TESTS = Path(__file__).parent
FOLDERS = [path for path in (SERVER, TESTS, *SERVER.rglob("*")) if path.is_dir()]
ADDRESSES = {re.sub(r":\w+}", "}", path) for route in ROUTES for path in route.paths}


CODE = "\n".join(
    path.read_text()
    for folder in ("server", "pwa", "static", "tools")
    for path in sorted((SERVER.parent / folder).rglob("*"))
    if path.suffix in (".py", ".html", ".js", ".css", ".json") and "node_modules" not in path.parts
)
WORDS = set(re.findall(r"\w+", CODE))
FILES = {path.name for path in SERVER.parent.rglob("*") if not {"node_modules", ".venv", ".git"} & set(path.parts)}
SUFFIXES = (".py", ".md", ".js", ".html", ".css", ".json")


def names(page: str) -> set[str]:
    """The dotted and slashed names, the classes, and the words with an underscore, in backticks or code blocks.

    Settings are found in sentences too.
    """
    code = re.findall(r"^```\n(.*?)^```", page, re.S | re.M) + re.findall(r"`([^`\n]+)`", page)
    text = "\n".join(code)
    dotted = re.findall(r"(?<![\w/.*-])[a-z_]+(?:\.\w+)+", text)
    slashed = re.findall(r"(?<![\w.}])[\w-]*/[\w.{}/-]+|(?<![\w/])[\w-]+/(?!\w)", text)
    worded = re.findall(r"(?<![\w.>/-])_?[a-z]+_[a-z_]*(?![\w.}/])", text)
    classes = re.findall(r"(?<![\w/.-])[A-Z][a-z]\w*\.\w+|(?<![\w/.-])(?:[A-Z][a-z0-9]+){2,}(?![\w.])", text)
    constants = re.findall(r"(?<![\w/.-])[A-Z]+_[A-Z_]+\b", text)
    return {*dotted, *slashed, *worded, *classes, *constants, *re.findall(r"\bINTERLUDE_[A-Z_]+", page)}


def is_in_the_code(name: str) -> bool:
    """Whether a file, a folder, a route, a module, an attribute of one, or any word of the code has this name."""
    if name.startswith("/"):
        return name in ADDRESSES
    if "/" in name:
        root = SERVER.parent
        return any(folder.joinpath(name).exists() for folder in (root, *FOLDERS)) or name == root.name
    if name.endswith(SUFFIXES):
        return name in FILES
    if "." not in name:
        return name in WORDS
    return has_attribute(name) if name[0].isupper() else is_importable(name)


CLASSES = {
    node.name: node
    for path in sorted(SERVER.rglob("*.py"))
    for node in ast.walk(ast.parse(path.read_text()))
    if isinstance(node, ast.ClassDef)
}


def has_attribute(name: str) -> bool:
    """Whether `Class.attribute` exists: in its body, set on `self`, or in a class that it extends."""
    owner, _, attribute = name.partition(".")
    if owner not in CLASSES:
        return False
    for node in ast.walk(CLASSES[owner]):
        match node:
            case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found):
                exists = found == attribute
            case ast.Name(id=found, ctx=ast.Store()) | ast.Attribute(attr=found, ctx=ast.Store()):
                exists = found == attribute
            case _:
                continue
        if exists:
            return True
    return any(has_attribute(f"{ast.unparse(base)}.{attribute}") for base in CLASSES[owner].bases)


def is_importable(name: str) -> bool:
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(["server", *parts[:cut]]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[cut:]:
            if not hasattr(found, attribute):
                return False
            found = getattr(found, attribute)
        return True
    return False


def test_the_page_names_enough_modules() -> None:
    assert len(names(PAGE)) > 100


@pytest.mark.parametrize("name", sorted(names(PAGE)))
def test_every_name_on_the_page_exists(name: str) -> None:
    assert is_in_the_code(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("`people.flow.vanished`", "people.flow.vanished"),
        ("`flow.move`", "flow.move"),
        ("```\nappointments: booking.book, replies.answer\n```\n", "replies.answer"),
        ("```\ncheckins.occasions.occasions / around_visit   when\n```\n", "around_visit"),
        ("`flags/vanished/`", "flags/vanished/"),
        ("`vanished/`", "vanished/"),
        ("`pwa/vanished.js`", "pwa/vanished.js"),
        ("`vanished.py`", "vanished.py"),
        ("`/staff/vanished`", "/staff/vanished"),
        ("`Patient.vanished_at`", "Patient.vanished_at"),
        ("`Visitor.nobody`", "Visitor.nobody"),
        ("`Vanished.at`", "Vanished.at"),
        ("a row of `SteadyCluck`", "SteadyCluck"),
        ("`INTERLUDE_VANISHED`", "INTERLUDE_VANISHED"),
        ("Set INTERLUDE_VANISHED to 1.", "INTERLUDE_VANISHED"),
        ("`VANISHED_AFTER`", "VANISHED_AFTER"),
        ("```\nVanished.send  a push\n```\n", "Vanished.send"),
    ],
)
def test_a_name_that_does_not_exist_is_noticed(text: str, name: str) -> None:
    assert name in names(text)
    assert not is_in_the_code(name)


def listed(page: str) -> list[str]:
    """The folders and modules of server/, as the page lists them: the words before each description."""
    [folders] = re.findall(r"^server/ [^\n]*\n(.*?)^tests/", page, re.S | re.M)
    firsts = [re.split(r" {2,}", line.strip())[0].split() for line in folders.splitlines()]
    return [name.removesuffix("/").removesuffix(".py") for words in firsts for name in words]


def test_the_folders_are_listed_in_the_order_of_their_imports() -> None:
    order = listed(PAGE)
    assert set(order) == RANK.keys()
    ranks = [RANK[name] for name in order]
    assert ranks == sorted(ranks)


def parts_of_the_ways(page: str) -> list[list[str]]:
    """Each part of the two ways: the line that starts it, and the lines with an arrow that follow."""
    ways = re.findall(r"^## (?:First|Second) way.*?^```\n(.*?)^```", page, re.S | re.M)
    parts: list[list[str]] = []
    for line in "".join(ways).splitlines():
        if line.startswith("  →"):
            parts[-1].append(line)
        elif not line.startswith(" "):
            parts.append([line])
    return parts


def ranks_of(part: list[str]) -> list[int]:
    firsts = [re.findall(r"^(?:  → )?([a-z_]+)\.", line) for line in part]
    return [RANK[first[0]] for first in firsts if first and first[0] in RANK]


def test_each_part_of_the_two_ways_goes_down_the_list_of_folders() -> None:
    parts = parts_of_the_ways(PAGE)
    assert len(parts) > 10
    assert [part for part in parts if ranks_of(part) != sorted(ranks_of(part))] == []
    upwards = ["checkins.flow.schedule  a row", "  → responses.drafts.keep"]
    assert ranks_of(upwards) != sorted(ranks_of(upwards))


def test_the_descriptions_in_a_diagram_stand_under_each_other() -> None:
    for block in re.findall(r"^```\n(.*?)^```", PAGE, re.S | re.M):
        lines = [line for line in block.splitlines() if "  →" in line]
        assert len({match.end() for line in lines if (match := re.search(r"\S {2,}(?=\S)", line))}) <= 1


def arrows(page: str) -> list[set[str]]:
    """The names between the arrows of the import diagram, from the highest to the lowest."""
    [diagram] = re.findall(r"^```\n(cli → .*?)→ the base$", page, re.S | re.M)
    return [set(re.findall(r"\w+", part)) for part in diagram.split("→")]


def test_the_import_diagram_is_the_one_that_is_enforced() -> None:
    ranks = sorted(set(RANK.values()) - {BASE})
    assert arrows(PAGE) == [{name for name, rank in RANK.items() if rank == each} for each in ranks]


LONGEST = {"server": 200, "pwa": 250}  # lines of a module; migrations stay as they were released


def too_long(root: Path) -> list[str]:
    """The modules of server/ and the scripts of pwa/ that have more lines than they may."""
    paths = [path for folder in LONGEST for path in sorted((root / folder).rglob("*")) if path.suffix in (".py", ".js")]
    lines = {path.relative_to(root): len(path.read_text().splitlines()) for path in paths}
    return [
        f"{path}: {number}"
        for path, number in lines.items()
        if number > LONGEST[path.parts[0]] and "versions" not in path.parts
    ]


def test_no_module_is_too_long() -> None:
    assert too_long(SERVER.parent) == []


def test_a_module_that_is_too_long_is_noticed(tmp_path: Path) -> None:
    for name, number in (("server/a/b.py", 201), ("server/c.py", 200), ("pwa/d.js", 251), ("pwa/e.js", 250)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n" * number)
    assert too_long(tmp_path) == ["server/a/b.py: 201", "pwa/d.js: 251"]


def test_each_figure_of_the_house_meets_its_aim() -> None:
    """Modules in a folder, lines of a module, parameters, bare states, wide templates: see tools/measure_house.py.

    mypy knows the type of a row's state, but in a query it accepts any string; so bare states are counted there.
    """
    assert [figure for figure in measure_house.figures() if figure.value > figure.aim] == []


def raised_in_docstrings(source: str) -> set[str]:
    """The errors that docstrings say a function raises."""
    documented = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return {name for text in documented for name in re.findall(r"Raises ([A-Z]\w+)", text)}


def test_errors_named_in_docstrings_exist() -> None:
    sources = [path.read_text() for path in SERVER.rglob("*.py")]
    existing = {
        node.name for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)
    }
    existing |= set(dir(builtins)) | {"ClientException", "NotFoundException", "PermissionDeniedException"}
    assert set().union(*map(raised_in_docstrings, sources)) <= existing
    assert raised_in_docstrings('def f():\n    """Do. Raises Gone."""') == {"Gone"}
