"""A misspelt state is found wherever it is written: mypy takes any string for one in a query or a comparison."""

import ast

import pytest

from tools.bare_states import bare_states

pytestmark = pytest.mark.source

DECLARED = """
class State(StrEnum):
    SENT = "sent"

class Row(Base):
    state: Mapped[State]
    note: Mapped[str]

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
    ],
)
def test_a_member_of_the_enum_and_any_other_text_pass(line: str) -> None:
    assert found(line) == []
