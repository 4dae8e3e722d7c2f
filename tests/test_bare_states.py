"""A misspelt state is found wherever it is written: mypy takes any string for one in a query or a comparison."""

import ast

import pytest

from tools.bare_states import bare_states

pytestmark = pytest.mark.source

DECLARED = """
class State(StrEnum):
    SENT = "sent"

class Other(StrEnum):
    SENT = "sent"

Why = Literal["paused", "moved"]
Reason = Why | Words

class Row(Base):
    state: Mapped[State]
    note: Mapped[str]
    size: Mapped[int]
    reason: Mapped[Reason | None] = mapped_column(String(60))

@dataclass
class Seen:
    permission: State
    why: State

class Refused:
    why: str
"""


def found(source: str) -> list[int]:
    tree = ast.parse(source)
    return [line for where, line in bare_states([ast.parse(DECLARED), tree]) if where is tree]


@pytest.mark.parametrize(
    "line",
    [
        'row.state = "snet"',
        'row.state == "snet"',
        '"snet" == row.state',
        'row.state in ("snet", State.SENT)',
        'Row.state.in_(["snet"])',
        'Row.state.is_distinct_from("snet")',
        'Row(state="snet")',
        'update(Row).values(state="snet")',
        'update(Row).values({"state": "snet"})',
        'select(Row).filter_by(state="snet")',
        'seen.permission != "snet"',
        'match row.state:\n    case "snet":\n        pass',
        'def read(state: State | None) -> bool:\n    return state == "snet"',
        'def read(*, state: State) -> None:\n    state = "snet"',
        # defaults and SQL text
        'class Another(Base):\n    state: Mapped[State] = mapped_column(default="snet")',
        'class Another(Base):\n    state: Mapped[State] = mapped_column(server_default="snet")',
        'class Another(Base):\n    reason: Mapped[Why] = mapped_column(default="pausd")',
        'class Another(Base):\n    __table_args__ = (unique("x", rows="state = \'snet\'"),)\n    state: Mapped[State]',
        "text(\"UPDATE row SET state = 'snet'\")",
        "text(\"SELECT 1 FROM row WHERE state IN ('sent', 'snet')\")",
        "text(\"SELECT 1 FROM row WHERE row.state <> 'snet'\")",
        # rows in bulk
        'rows.append({"state": "snet", "note": "x"})',
        'insert(Row).values([{"state": "snet"}])',
        'insert(Row).values([{"state": "snet"} for each in found])',
        # words by name
        'OPEN = ("snet", "sent")\nRow.state.in_(OPEN)',
        'OPEN = {"snet"}\ndef is_open(row):\n    return row.state in OPEN',
        'WORD = "snet"\nrow.state == WORD',
        'def is_open(row):\n    words = ["snet"]\n    return row.state in words',
        # aliases
        'def read(row):\n    state = row.state\n    return state == "snet"',
        'def read(row):\n    now = row.state\n    match now:\n        case "snet":\n            return 1',
        'def read(row):\n    if (now := row.state) and now == "snet":\n        return 1',
        'def read(row):\n    return (now := row.state) == "snet"',
        'def read(rows):\n    return any(one == "snet" for one in [row.state for row in rows])',
        'def read(rows):\n    states = {row.state for row in rows}\n    return "snet" in states',
        'def read(rows):\n    states = {row.state for row in rows}\n    return any(one == "snet" for one in states)',
        'async def read(db):\n    for one in await db.scalars(select(Row.state)):\n        print(one == "snet")',
        'def read(row, other):\n    return any(one == "snet" for one in (row.state, other.state))',
        'def read(state: State):\n    now = state\n    return now == "snet"',
        'def read(states: set[State]):\n    return any(one == "snet" for one in states)',
        'IS_SENT = any(one == "snet" for one in [row.state for row in rows])',
        'states = [row.state for row in rows]\nprint("snet" in states)',
        # inside an expression
        'print({"snet": 1}[row.state])',
        'print({"snet": 1}.get(row.state))',
        'setattr(row, "state", "snet")',
        'State("snet")',
        'insert(Row).values(**{"state": "snet"})',
        'db.execute(insert(Row), [{"state": "snet"}])',
        "text(\"SELECT 1 FROM row WHERE 'snet' = row.state\")",
        "text(\"SELECT 1 FROM row WHERE row.state IS NOT DISTINCT FROM 'snet'\")",
        'update(Row).values(state=case((Row.size > 1, "snet"), else_=Row.state))',
        'update(Row).values(state=case((Row.size > 1, State.SENT), else_="snet"))',
        'func.coalesce(Row.state, State.SENT) == "snet"',
        'func.coalesce(Row.state, "snet") == State.SENT',
        'Row.state == literal("snet")',
        'row["state"] == "snet"',
        'row.get("state") == "snet"',
        'getattr(row, "state") == "snet"',
        'row.state == ("snet" if late else State.SENT)',
        'row.state = late and "snet" or State.SENT',
        'row.state.value == "snet"',
        'row.state == {1: "snet"}[number]',
        # words of a Literal
        'row.reason == "pausd"',
        'Row.reason.is_distinct_from("pausd")',
        'update(Row).values(reason="pausd")',
        'Row(reason="pausd")',
        # the enum of another table
        "Row.state == Other.SENT",
        "Row.state.in_((State.SENT, Other.SENT))",
        "BOTH = (State.SENT, Other.SENT)\nRow.state.in_(BOTH)",
        "Row(state=Other.SENT)",
        "update(Row).where(Row.size > 1).values(state=Other.SENT)",
    ],
)
def test_a_bare_string_for_a_state_is_found(line: str) -> None:
    assert len(found(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "row.state == State.SENT",
        'row.note == "sent"',
        'row.state, row.note = State.SENT, "sent"',
        'page("sent", row.state)',
        'refused.why == "sent"',
        'found = {"state": "sent"}',
        'def read(state: str) -> bool:\n    return state == "sent"',
        'class Another(Base):\n    state: Mapped[State] = mapped_column(default=State.SENT, server_default="sent")',
        'class Another(Base):\n    __table_args__ = (unique("x", rows="state = \'sent\'"),)\n    state: Mapped[State]',
        'rows.append({"state": State.SENT, "note": "x"})',
        "OPEN = (State.SENT,)\nRow.state.in_(OPEN)",
        "def read(row):\n    state = row.state\n    return state == State.SENT",
        'row.reason == "paused"',
        'Row.reason.in_(("paused", "moved"))',
        'Outcome(reason="the service is away")',
        'item["type"] == "group"',
        'State("sent")',
        "print({State.SENT: 1}[row.state])",
        'return_({"status": "ready"})',
    ],
)
def test_a_member_of_the_enum_and_any_other_text_pass(line: str) -> None:
    assert found(line) == []
