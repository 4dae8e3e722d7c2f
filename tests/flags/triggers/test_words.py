"""Triggers as text, and the reasons to refuse one."""

from dataclasses import replace

import pytest

from server.flags.rules import WHOLE, Condition, Screen, Severity
from server.flags.triggers.versions import Rule
from server.flags.triggers.words import condition_words, fault, item_words
from tests.questionnaires.made_up import library

WEEKLY = library("weekly-als")
BREATHING = Rule("weekly-als", "breathing", Condition.AT_LEAST, 3)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (BREATHING, "Hard or worse"),
        (replace(BREATHING, condition=Condition.WORSE_THAN_PREVIOUS, amount=1), "1 step worse than the last answer"),
        (replace(BREATHING, condition=Condition.WORSE_THAN_FIRST, amount=2), "2 steps worse than the first answer"),
        (replace(BREATHING, condition=Condition.REPEATED, times=3), "Hard or worse in 3 check-ins in a row"),
        (replace(BREATHING, condition=Condition.MISSING, times=2), "no answer 2 times in a row"),
        (Rule("weekly-als", WHOLE, Condition.MISSING, times=1), "missed 1 time"),
    ],
)
def test_a_condition_reads_in_a_clinicians_words(rule: Rule, words: str) -> None:
    assert condition_words(rule, WEEKLY) == words


def test_an_item_has_its_short_name() -> None:
    assert item_words("breathing", WEEKLY) == "Breathing"
    assert item_words(WHOLE, WEEKLY) == "The whole check-in"
    assert item_words("eyesight", WEEKLY) == "eyesight"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (BREATHING, None),
        (replace(BREATHING, severity=Severity.URGENT, screen=Screen.BREATHING), None),
        (Rule("weekly-als", WHOLE, Condition.MISSING, times=1), None),
        (replace(BREATHING, item="eyesight"), "doesn't have that question"),
        (Rule("weekly-als", WHOLE, Condition.AT_LEAST, 3), "doesn't have that question"),
        (replace(BREATHING, amount=0), "never fire, or would always fire"),
        (replace(BREATHING, amount=5), "never fire, or would always fire"),
        (replace(BREATHING, condition=Condition.WORSE_THAN_FIRST, amount=5), "1 to 4 steps"),
        (replace(BREATHING, condition=Condition.REPEATED, times=1), "2 check-ins in a row"),
        (replace(BREATHING, condition=Condition.MISSING, times=11), "1 to 10 check-ins"),
        (replace(BREATHING, severity=Severity.URGENT), "choose its screen"),
        (replace(BREATHING, condition=Condition.MISSING, severity=Severity.URGENT), "no one to show a screen to"),
    ],
)
def test_a_trigger_that_could_never_fire_is_refused(rule: Rule, words: str | None) -> None:
    found = fault(rule, WEEKLY)
    assert (found is None) if words is None else (found is not None and words in found.words)
