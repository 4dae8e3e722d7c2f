"""What a trigger would have raised in the past."""

from datetime import timedelta

from server.flags.rules import WHOLE, Condition, Severity
from server.flags.triggers.replay import Moment, replay
from server.flags.triggers.rules import Trigger
from tests.cast import NOW

DAY = timedelta(days=1)
MISSED = Trigger("missed", WHOLE, Condition.MISSING, 0, Severity.TODAY, times=2)


def moments(*levels: int | None, every: int = 7) -> list[Moment]:
    return [
        Moment(NOW + n * every * DAY, {"pain": level})
        if level is not None
        else Moment(NOW + n * every * DAY, {}, came=False)
        for n, level in enumerate(levels)
    ]


def test_a_replay_counts_as_if_each_flag_had_its_outcome_at_once() -> None:
    rule = Trigger("seven", "pain", Condition.AT_LEAST, 7, Severity.TODAY)
    assert len(replay([rule], moments(7, 7, 7, 7, 7), NOW)) == 1
    assert len(replay([rule], moments(7, 7, 7, 7, 7, 7), NOW)) == 2
    assert len(replay([rule], moments(7, 8, 9), NOW)) == 3
    assert len(replay([rule], moments(7, 8, 9), NOW + 10 * DAY)) == 1


def test_a_replay_compares_with_the_last_and_first_answers_and_counts_missed_ones() -> None:
    worse = Trigger("worse", "pain", Condition.WORSE_THAN_PREVIOUS, 2, Severity.TODAY)
    since = Trigger("since", "pain", Condition.WORSE_THAN_FIRST, 3, Severity.TODAY)
    assert len(replay([worse], moments(1, None, 3), NOW)) == 1
    assert len(replay([since], moments(1, 2, 3, 4), NOW)) == 1
    quiet = [Moment(one.at, one.levels, expected={"pain": 4}) for one in moments(1, 2, 3, 4)]
    assert replay([since], quiet, NOW) == []
    gone = [Moment(NOW + n * DAY, {}, {WHOLE}, came=False) for n in range(3)]
    assert len(replay([MISSED], gone, NOW)) == 1
