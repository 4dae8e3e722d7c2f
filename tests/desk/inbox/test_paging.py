"""The link to the next page of a list names the rows that were shown (case 92)."""

import re
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from server.desk.inbox import paging
from tests.cast import NOW


@given(st.lists(st.uuids(), max_size=50), st.lists(st.uuids(), max_size=50))
def test_case_92_a_link_names_the_rows_that_were_shown(before: list[object], ids: list[object]) -> None:
    row_ids = [str(one).replace("-", "") for one in (*before, *ids)]
    shown = frozenset(map(paging.mark, row_ids[: len(before)]))
    packed = paging.pack(shown, row_ids[len(before) :])
    assert paging.unpack(packed) == frozenset(map(paging.mark, row_ids))
    assert re.fullmatch(r"[A-Za-z0-9_-]*", packed)


@given(st.text(max_size=60))
def test_case_92_a_made_up_link_shows_the_first_page_or_a_later_one(after: str) -> None:
    assert all(len(one) == paging.MARK for one in paging.unpack(after))
    paging.unpack_moment(after)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)), st.uuids())
def test_case_92_a_place_in_the_done_list_is_exact_to_the_microsecond(moment: datetime, row: object) -> None:
    aware = moment.replace(tzinfo=NOW.tzinfo)
    assert paging.unpack_moment(paging.pack_moment(aware, str(row))) == (aware, str(row))
