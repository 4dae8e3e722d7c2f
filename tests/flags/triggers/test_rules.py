"""Which answers raise a flag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.flags import rules
from server.flags.rules import WHOLE, Condition, Screen, Severity
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers.rules import Course, Earlier, Trigger

BREATHING = [
    Trigger("urgent", "breathing", Condition.AT_LEAST, 4, Severity.URGENT, Screen.BREATHING),
    Trigger("today", "breathing", Condition.AT_LEAST, 3, Severity.TODAY),
    Trigger("two-steps", "breathing", Condition.WORSE_THAN_PREVIOUS, 2, Severity.TODAY),
    Trigger("two-since-first", "breathing", Condition.WORSE_THAN_FIRST, 2, Severity.TODAY),
    Trigger("one-step", "breathing", Condition.WORSE_THAN_PREVIOUS, 1, Severity.THIS_WEEK),
]
THRICE = Trigger("thrice", "pain", Condition.REPEATED, 5, Severity.THIS_WEEK, times=3)
SKIPPED = Trigger("skipped", "mood", Condition.MISSING, 0, Severity.THIS_WEEK, times=2)
MISSED = Trigger("missed", WHOLE, Condition.MISSING, 0, Severity.TODAY, times=2)
NOTHING = Earlier({}, {WHOLE, "pain", "mood"})


def raised(now: int, previous: int | None = None, first: int | None = None) -> list[str]:
    """What a level of breathing raises, given the previous and the first level."""
    before = {} if previous is None else {"breathing": previous}
    at_first = {} if first is None else {"breathing": first}
    return [found.trigger.id for found in trigger_rules.fired(BREATHING, Course({"breathing": now}, before, at_first))]


@pytest.mark.parametrize(
    ("now", "previous", "first", "rule"),
    [
        (0, None, None, []),
        (2, None, None, []),
        (3, None, None, ["today"]),
        (4, None, None, ["urgent"]),
        (4, 4, 4, ["urgent"]),
        (3, 3, 3, ["today"]),
        (1, 0, 1, ["one-step"]),
        (2, 0, 2, ["two-steps"]),
        (2, 2, 0, ["two-since-first"]),
        (2, 1, 0, ["two-since-first"]),
        (2, 2, 2, []),
        (1, 2, 0, []),
        (0, 4, 4, []),
    ],
)
def test_an_answer_is_compared_with_the_patients_last_and_first(
    now: int, previous: int | None, first: int | None, rule: list[str]
) -> None:
    assert raised(now, previous, first) == rule


@given(now=st.integers(0, 4), previous=st.integers(0, 4), first=st.integers(0, 4))
def test_of_several_triggers_on_an_item_the_most_severe_counts(now: int, previous: int, first: int) -> None:
    found = trigger_rules.fired(BREATHING, Course({"breathing": now}, {"breathing": previous}, {"breathing": first}))
    assert len(found) <= 1
    if now == 4:
        assert [one.severity for one in found] == ["urgent"]
    if now > previous:
        assert found


def test_items_are_separate_and_the_most_severe_comes_first() -> None:
    speech = Trigger("speech", "speech", Condition.WORSE_THAN_PREVIOUS, 1, Severity.THIS_WEEK)
    found = trigger_rules.fired(
        [speech, *BREATHING],
        Course({"speech": 1, "breathing": 4}, {"speech": 0, "breathing": 0}, {"breathing": 0}),
    )
    assert [(one.item, one.severity) for one in found] == [("breathing", "urgent"), ("speech", "this-week")]
    assert trigger_rules.fired([speech], Course({"speech": 4}, {"breathing": 0}, {})) == []
    assert trigger_rules.fired(BREATHING, Course({}, {"breathing": 0}, {})) == []


def test_the_facts_about_a_trigger_are_passed_on() -> None:
    [found] = trigger_rules.fired(BREATHING, Course({"breathing": 2}, {"breathing": 1}, {"breathing": 0}))
    assert (found.now, found.previous, found.first) == (2, 1, 0)


def pain(*levels: int | None) -> list[Earlier]:
    """Answers about pain, the newest first. None stands for a check-in that did not ask."""
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
def test_repeated_means_so_many_answers_in_a_row(now: int, before: tuple[int | None, ...], fires: bool) -> None:
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
def test_missing_means_asked_and_not_answered(unanswered: set[str], earlier: list[Earlier], fires: bool) -> None:
    found = trigger_rules.fired([SKIPPED], Course({}, {}, {}, earlier=earlier, unanswered=unanswered))
    assert [(one.item, one.now) for one in found] == ([("mood:missing", 2)] if fires else [])


def test_whole_check_ins_count_as_missed_only_if_none_between_was_answered() -> None:
    gone = {WHOLE, "pain", "mood"}
    assert trigger_rules.fired([MISSED], Course({}, {}, {}, earlier=[NOTHING], unanswered=gone))
    assert not trigger_rules.fired(
        [MISSED], Course({}, {}, {}, earlier=[Earlier({"pain": 1}), NOTHING], unanswered=gone)
    )
    assert not trigger_rules.fired([MISSED], Course({}, {}, {}, earlier=[NOTHING], unanswered={"mood"}))


def test_an_expected_level_hides_neither_an_urgent_nor_a_missing_answer() -> None:
    urgent = Trigger("urgent", "pain", Condition.AT_LEAST, 9, Severity.URGENT, Screen.FALL)
    today = Trigger("today", "pain", Condition.AT_LEAST, 7, Severity.TODAY)
    for level, found in ((7, []), (8, []), (9, ["urgent"])):
        raised = trigger_rules.fired([urgent, today], Course({"pain": level}, {}, {}), {"pain": 9})
        assert [one.severity for one in raised] == found
    assert trigger_rules.fired([today], Course({"pain": 8}, {}, {}), {"pain": 7})
    assert trigger_rules.fired([SKIPPED], Course({}, {}, {}, earlier=[NOTHING], unanswered={"mood"}), {"mood": 4})


LEVELS = st.integers(0, 4)
RULE = st.builds(
    Trigger,
    id=st.just("t"),
    item=st.just("breathing"),
    condition=st.sampled_from(["at-least", "worse-than-previous", "worse-than-first"]),
    amount=st.integers(1, 4),
    severity=st.sampled_from(Severity),
)


@given(RULE, RULE, LEVELS, LEVELS, LEVELS)
def test_case_113_a_change_that_does_not_weaken_a_trigger_raises_at_least_the_same(
    old: Trigger, new: Trigger, now: int, previous: int, first: int
) -> None:
    if trigger_rules.weakens(old, new):
        return
    course = trigger_rules.Course({"breathing": now}, {"breathing": previous}, {"breathing": first})
    before, after = trigger_rules.fired([old], course), trigger_rules.fired([new], course)
    for raised in before:
        assert any(rules.worse(raised.severity, one.severity) == one.severity for one in after)
