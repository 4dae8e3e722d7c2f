"""Draws the tables in docs/data-model.md, from the models themselves: `make docs`."""

import re
import sys
from pathlib import Path

from sqlalchemy import ForeignKey, Table

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from server.db import Base  # noqa: E402
from server.migrations import MODELS  # noqa: E402

PAGE = ROOT / "docs" / "data-model.md"
BEGIN, END = "<!-- tables: made by `make docs` -->", "<!-- end of tables -->"
CLINIC = "clinic"


def tables() -> list[Table]:
    """Every table of the schema. The migrations know all modules that define one."""
    assert MODELS
    return sorted(Base.metadata.tables.values(), key=lambda table: table.name)


def meaning(table: Table) -> str:
    """The first paragraph of the docstring of the table's class."""
    for mapper in Base.registry.mappers:
        if mapper.local_table is table and (docstring := mapper.class_.__dict__.get("__doc__")):
            return " ".join(docstring.strip().split("\n\n")[0].split())
    return ""


def keys(table: Table) -> list[tuple[str, ForeignKey]]:
    """The columns that point at another table, but for the clinic, which nearly every table has."""
    found = [(key.parent.name, key) for key in table.foreign_keys if key.column.table.name != CLINIC]
    return sorted(found, key=lambda pair: pair[0])


def relation(column: str, key: ForeignKey) -> str:
    """A line of the diagram: one row there, none or many here (or at most one, where the column is unique)."""
    there = "|o" if key.parent.nullable else "||"
    here = "o|" if key.parent.unique else "o{"
    return f"    {key.column.table.name} {there}--{here} {key.parent.table.name} : {column}"


def diagram() -> str:
    lines = [f"    {table.name}" for table in tables()]
    lines += [relation(column, key) for table in tables() for column, key in keys(table)]
    return "\n".join(["```mermaid", "erDiagram", *lines, "```"])


def table_of_tables() -> str:
    lines = ["| Table | What a row is | Points at |", "|---|---|---|"]
    for table in tables():
        points_at = {key.column.table.name for _, key in keys(table)}
        if any(key.column.table.name == CLINIC for key in table.foreign_keys):
            points_at.add(CLINIC)
        names = ", ".join(f"`{name}`" for name in sorted(points_at))
        lines.append(f"| `{table.name}` | {meaning(table).replace('|', chr(92) + '|')} | {names} |")
    return "\n".join(lines)


def with_tables(page: str) -> str:
    """The page, with diagram and table between its two marks."""
    made = f"{BEGIN}\n{diagram()}\n\n{table_of_tables()}\n{END}"
    return re.sub(f"{BEGIN}.*?{END}", lambda _: made, page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
