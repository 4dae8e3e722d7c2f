"""Repeated and missing answers (pure), expected levels, what is offered, and replaying."""

from datetime import timedelta

import pytest

from server.flags import rules
from server.flags.rules import WHOLE, Condition, Screen, Severity
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers.replay import Moment, replay
from server.flags.triggers.rules import Course, Earlier, Trigger
from tests.cast import NOW

DAY = timedelta(days=1)
THRICE = Trigger("thrice", "pain", Condition.REPEATED, 5, Severity.THIS_WEEK, times=3)
SKIPPED = Trigger("skipped", "mood", Condition.MISSING, 0, Severity.THIS_WEEK, times=2)
MISSED = Trigger("missed", WHOLE, Condition.MISSING, 0, Severity.TODAY, times=2)
NOTHING = Earlier({}, {WHOLE, "pain", "mood"})


def pain(*levels: int | None) -> list[Earlier]:
    """The newest first; None where it was not asked."""
    return [Earlier({} if level is None else {"pain": level}) for level in levels]


@pytest.mark.parametrize(
    ("now", "before", "fires"),
    [
        (5, (5, 5), True),
        (9, (6, 7, 0), True),
        (5, (5,), False),
        (5, (5, 4), False),
        (4, (5, 5), False),
        (5, (None, 5, None, 6), True),
        (5, (5, 4, 5), False),
    ],
)
def test_repeated_is_so_many_answers_in_a_row(now: int, before: tuple[int | None, ...], fires: bool) -> None:
    assert bool(trigger_rules.fired([THRICE], Course({"pain": now}, {}, {}, earlier=pain(*before)))) == fires


@pytest.mark.parametrize(
    ("unanswered", "earlier", "fires"),
    [
        ({"mood"}, [Earlier({}, {"mood"})], True),
        ({"mood"}, [NOTHING], True),
        ({"mood"}, [Earlier({"pain": 1}), Earlier({}, {"mood"})], True),
        ({"mood"}, [Earlier({"mood": 1}), NOTHING], False),
        ({"mood"}, [], False),
        (set(), [NOTHING], False),
    ],
)
def test_missing_is_asked_and_not_answered(unanswered: set[str], earlier: list[Earlier], fires: bool) -> None:
    found = trigger_rules.fired([SKIPPED], Course({}, {}, {}, earlier=earlier, unanswered=unanswered))
    assert [(one.item, one.now) for one in found] == ([("mood:missing", 2)] if fires else [])


def test_a_whole_check_in_is_missed_only_with_none_between() -> None:
    gone = {WHOLE, "pain", "mood"}
    assert trigger_rules.fired([MISSED], Course({}, {}, {}, earlier=[NOTHING], unanswered=gone))
    assert not trigger_rules.fired(
        [MISSED], Course({}, {}, {}, earlier=[Earlier({"pain": 1}), NOTHING], unanswered=gone)
    )
    assert not trigger_rules.fired([MISSED], Course({}, {}, {}, earlier=[NOTHING], unanswered={"mood"}))


def test_an_expected_level_hides_no_red_and_nothing_that_is_missing() -> None:
    urgent = Trigger("urgent", "pain", Condition.AT_LEAST, 9, Severity.URGENT, Screen.FALL)
    today = Trigger("today", "pain", Condition.AT_LEAST, 7, Severity.TODAY)
    for level, found in ((7, []), (8, []), (9, ["urgent"])):
        raised = trigger_rules.fired([urgent, today], Course({"pain": level}, {}, {}), {"pain": 9})
        assert [one.severity for one in raised] == found
    assert trigger_rules.fired([today], Course({"pain": 8}, {}, {}), {"pain": 7})
    assert trigger_rules.fired([SKIPPED], Course({}, {}, {}, earlier=[NOTHING], unanswered={"mood"}), {"mood": 4})


@pytest.mark.parametrize(
    ("severities", "offered"),
    [
        ([Severity.TODAY, Severity.TODAY, Severity.TODAY], True),
        ([Severity.TODAY, Severity.TODAY], False),
        ([Severity.TODAY, Severity.THIS_WEEK, Severity.TODAY, Severity.TODAY], False),
        ([Severity.THIS_WEEK, Severity.TODAY, Severity.TODAY, Severity.TODAY], False),
        ([Severity.URGENT, Severity.TODAY, Severity.TODAY], False),
        ([Severity.TODAY, Severity.TODAY, Severity.TODAY, Severity.THIS_WEEK], True),
    ],
)
def test_it_is_offered_after_three_hard_ones_in_a_row(severities: list[Severity], offered: bool) -> None:
    assert rules.offers_expected(severities) == offered


def moments(*levels: int | None, every: int = 7) -> list[Moment]:
    return [
        Moment(NOW + n * every * DAY, {"pain": level})
        if level is not None
        else Moment(NOW + n * every * DAY, {}, came=False)
        for n, level in enumerate(levels)
    ]


def test_a_replay_counts_as_if_each_had_its_outcome_at_once() -> None:
    rule = Trigger("seven", "pain", Condition.AT_LEAST, 7, Severity.TODAY)
    assert len(replay([rule], moments(7, 7, 7, 7, 7), NOW)) == 1
    assert len(replay([rule], moments(7, 7, 7, 7, 7, 7), NOW)) == 2
    assert len(replay([rule], moments(7, 8, 9), NOW)) == 3
    assert len(replay([rule], moments(7, 8, 9), NOW + 10 * DAY)) == 1


def test_a_replay_knows_the_last_and_the_first_answer_and_what_was_missed() -> None:
    worse = Trigger("worse", "pain", Condition.WORSE_THAN_PREVIOUS, 2, Severity.TODAY)
    since = Trigger("since", "pain", Condition.WORSE_THAN_FIRST, 3, Severity.TODAY)
    assert len(replay([worse], moments(1, None, 3), NOW)) == 1
    assert len(replay([since], moments(1, 2, 3, 4), NOW)) == 1
    quiet = [Moment(one.at, one.levels, expected={"pain": 4}) for one in moments(1, 2, 3, 4)]
    assert replay([since], quiet, NOW) == []
    gone = [Moment(NOW + n * DAY, {}, {WHOLE}, came=False) for n in range(3)]
    assert len(replay([MISSED], gone, NOW)) == 1
