"""The positions of points in a small chart."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.web import charts
from server.web.charts import EDGE, HEIGHT, WIDTH

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)


def test_no_answers_draw_nothing() -> None:
    empty = charts.draw([], 4)
    assert (empty.line, empty.dots, empty.marks) == ("", (), ())


def test_one_answer_stands_in_the_middle() -> None:
    [dot] = charts.draw([(MONDAY, 2)], 4).dots
    assert (dot.x, dot.y) == (WIDTH / 2, HEIGHT / 2)


def test_worse_is_higher_and_later_is_further_right() -> None:
    chart = charts.draw([(MONDAY, 0), (MONDAY + timedelta(days=7), 4)], 4)
    first, last = chart.dots
    assert (first.x, first.y) == (EDGE, HEIGHT - EDGE)
    assert (last.x, last.y) == (WIDTH - EDGE, EDGE)
    assert chart.line == f"{EDGE},{HEIGHT - EDGE} {WIDTH - EDGE},{EDGE}"


def test_infusions_within_the_chart_are_marked() -> None:
    points = [(MONDAY, 1), (MONDAY + timedelta(days=10), 2)]
    marks = [MONDAY + timedelta(days=days) for days in (-1, 0, 5, 10, 11)]
    assert charts.draw(points, 4, marks).marks == (EDGE, WIDTH / 2, WIDTH - EDGE)


@given(
    levels=st.lists(st.integers(0, 10), min_size=1, max_size=50),
    hours=st.lists(st.integers(1, 2000), min_size=50, max_size=50),
    worst=st.sampled_from([4, 10]),
)
def test_every_dot_lies_within_the_picture(levels: list[int], hours: list[int], worst: int) -> None:
    at, points = MONDAY, []
    for level, step in zip(levels, hours, strict=False):
        at += timedelta(hours=step)
        points.append((at, min(level, worst)))
    dots = charts.draw(points, worst).dots
    assert all(EDGE <= dot.x <= WIDTH - EDGE and EDGE <= dot.y <= HEIGHT - EDGE for dot in dots)
    assert [dot.x for dot in dots] == sorted(dot.x for dot in dots)
    assert [dot.level for dot in dots] == [level for _, level in points]
