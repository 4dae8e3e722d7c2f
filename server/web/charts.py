"""Coordinates of small SVG line charts. A higher level is worse, and drawn higher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT, EDGE = 320, 96, 10  # SVG user units


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    level: int
    at: datetime


@dataclass(frozen=True)
class Chart:
    line: str
    dots: tuple[Dot, ...]
    marks: tuple[float, ...]
    width: int = WIDTH
    height: int = HEIGHT
    edge: int = EDGE


def draw(points: Sequence[tuple[datetime, int]], worst: int, marks: Sequence[datetime] = ()) -> Chart:
    """Lay out a chart. `points` are in time order, levels from 0 to `worst`; `marks` are moments such as infusions."""
    if not points:
        return Chart("", (), ())
    begin, end = points[0][0], points[-1][0]
    dots = tuple(Dot(_x(at, begin, end), _y(level, worst), level, at) for at, level in points)
    line = " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots)
    return Chart(line, dots, tuple(_x(mark, begin, end) for mark in marks if begin <= mark <= end))


def _x(at: datetime, begin: datetime, end: datetime) -> float:
    whole = (end - begin).total_seconds()
    share = (at - begin).total_seconds() / whole if whole else 0.5
    return round(EDGE + share * (WIDTH - 2 * EDGE), 1)


def _y(level: int, worst: int) -> float:
    return round(HEIGHT - EDGE - level / max(worst, 1) * (HEIGHT - 2 * EDGE), 1)
