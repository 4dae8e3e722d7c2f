"""docs/data-model.md shows the tables as the models define them."""

import re

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, String, Table

from server.db import Base
from tools.data_model import BEGIN, END, PAGE, keys, meaning, relation, tables, with_tables

pytestmark = pytest.mark.source


def test_the_page_shows_the_current_tables() -> None:
    """`make docs` writes the diagrams."""
    page = PAGE.read_text()
    assert with_tables(page) == page
    assert page.index(BEGIN) < page.index("erDiagram") < page.index("| Table |") < page.index(END)


def test_the_page_has_a_line_for_every_table_and_every_foreign_key() -> None:
    page = PAGE.read_text()
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == sorted(Base.metadata.tables)
    shown = set(re.findall(r"^    (\w+) [|o]{2}--o[|{] (\w+) : (\w+)$", page, re.MULTILINE))
    assert shown == {
        (key.column.table.name, table.name, key.parent.name)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name != "clinic"
    }


@pytest.mark.parametrize("table", tables(), ids=str)
def test_a_table_describes_its_rows_in_one_line(table: Table) -> None:
    assert re.fullmatch(r"\S.*[.!?]", meaning(table))


def test_the_page_names_no_modules() -> None:
    assert not re.search(r"\b(?:server|tools)[./]\w|\w\.py\b|\bmodels\.\w", PAGE.read_text())


def test_an_outdated_page_is_noticed() -> None:
    page = PAGE.read_text()
    for line in (
        "    attempt\n",
        re.findall(r"    \w+ [|o]{2}--.*\n", page)[0],
        re.findall(r"\| `\w+` \|.*\n", page)[-1],
    ):
        stale = page.replace(line, "", 1)
        assert stale != page
        assert with_tables(stale) == page


def test_a_line_shows_whether_the_other_row_is_required_and_how_many_may_refer_to_it() -> None:
    metadata = MetaData()
    Table("parent", metadata, Column("id", String, primary_key=True))
    child = Table(
        "child",
        metadata,
        Column("many_id", ForeignKey("parent.id"), nullable=False),
        Column("maybe_id", ForeignKey("parent.id")),
        Column("one_id", ForeignKey("parent.id"), nullable=False, unique=True),
    )
    assert [relation(*pair) for pair in keys(child)] == [
        "    parent ||--o{ child : many_id",
        "    parent |o--o{ child : maybe_id",
        "    parent ||--o| child : one_id",
    ]
