"""Names in the other direction turn nothing around them (case 81)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.typed.direction import isolated, without_isolates


@given(st.text())
def test_case_81_isolating_changes_nothing_that_is_typed_back(typed: str) -> None:
    plain = without_isolates(typed)
    assert without_isolates(isolated(plain)) == plain


@pytest.mark.parametrize(("name", "is_marked"), [("محمد", True), ("Dr. שרה", True), ("José", False), ("李", False)])
def test_case_81_a_name_in_the_other_direction_is_isolated(name: str, is_marked: bool) -> None:
    assert (isolated(name) == f"\u2068{name}\u2069") is is_marked
    assert (isolated(name) == name) is not is_marked
