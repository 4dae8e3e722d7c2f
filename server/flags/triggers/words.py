"""Triggers in words, and the faults of a trigger: for the people who write them, and for the table in the docs."""

import json
from typing import NamedTuple, assert_never

from server.flags import rules
from server.flags.rules import Condition, Screen, Severity
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers.versions import DEFAULTS, Rule
from server.language import gettext as _
from server.language import ngettext
from server.questionnaires.definition import Definition
from server.questionnaires.fhir import read_definition
from server.questionnaires.flow import LIBRARY
from server.questionnaires.level_words import level_or_worse
from server.questionnaires.question import Question


def item_words(item: str, definition: Definition) -> str:
    question = definition.by_id.get(item)
    return _("The whole check-in") if item == rules.WHOLE else question.short if question else item


def condition_words(rule: Rule, definition: Definition) -> str:
    """The condition in words, such as "Hard or worse" or "2 steps worse than the last answer"."""
    question = definition.by_id.get(rule.item)
    level = level_or_worse(question, rule.amount)
    values = {"n": rule.amount, "times": rule.times, "level": level}
    match rule.condition:
        case Condition.AT_LEAST:
            return level
        case Condition.WORSE_THAN_PREVIOUS:
            words = ngettext(
                "%(n)s step worse than the last answer", "%(n)s steps worse than the last answer", rule.amount
            )
        case Condition.WORSE_THAN_FIRST:
            words = ngettext(
                "%(n)s step worse than the first answer", "%(n)s steps worse than the first answer", rule.amount
            )
        case Condition.REPEATED:
            words = _("%(level)s in %(times)s check-ins in a row")
        case Condition.MISSING if rule.item == rules.WHOLE:
            words = ngettext("missed %(times)s time", "missed %(times)s times in a row", rule.times)
        case Condition.MISSING:
            words = ngettext("no answer %(times)s time", "no answer %(times)s times in a row", rule.times)
        case _:
            assert_never(rule.condition)
    return words % values


class Fault(NamedTuple):
    """Why a rule can't be a trigger, and the form field at which to show that."""

    field: str
    words: str


def fault(rule: Rule, definition: Definition | None) -> Fault | None:
    """Why this rule can't be a trigger; None if it can. A trigger that can never fire is not allowed."""
    question = definition.by_id.get(rule.item) if definition else None
    whole = rule.item == rules.WHOLE and rule.condition == Condition.MISSING
    if definition is None or (question is None and not whole):
        return Fault("item", _("This check-in doesn't have that question: the rule would never fire."))
    if rule.condition in (Condition.REPEATED, Condition.MISSING) and not 1 <= rule.times <= trigger_rules.MOST_TIMES:
        return Fault("times", _("In a row means 1 to 10 check-ins."))
    if rule.condition == Condition.REPEATED and rule.times < 2:
        return Fault("times", _("Repeated means 2 check-ins in a row or more."))
    if words := _level_fault(rule, question):
        return Fault("amount", words)
    return _urgent_fault(rule)


def _level_fault(rule: Rule, question: Question | None) -> str | None:
    if rule.condition == Condition.MISSING or question is None:
        return None
    if not 1 <= rule.amount <= question.worst:
        worst = {"worst": question.worst}
        if rule.condition in (Condition.AT_LEAST, Condition.REPEATED):
            return _("Levels here go from 1 to %(worst)s: the rule would never fire, or would always fire.") % worst
        return _("Answers here can get worse by 1 to %(worst)s steps: the rule would never fire.") % worst
    return None


def _urgent_fault(rule: Rule) -> Fault | None:
    if rule.severity == Severity.URGENT and rule.condition == Condition.MISSING:
        words = _("With no answer, there is no one to show a screen to: choose today or this week, not urgent.")
        return Fault("severity", words)
    if rule.severity == Severity.URGENT and rule.screen == Screen.NONE:
        return Fault("screen", _("An urgent rule shows the patient at once what to do: please choose its screen."))
    return None


def default_table() -> str:
    """The triggers of a new clinic, as Markdown."""
    lines: list[str] = []
    definitions = {
        definition.slug: definition
        for definition in (read_definition(json.loads(p.read_text())) for p in sorted(LIBRARY.glob("*.json")))
    }
    for slug, defaults in json.loads(DEFAULTS.read_text()).items():
        lines += [
            "",
            f"**{definitions[slug].title}**",
            "",
            "| Item | Condition | Severity | Screen |",
            "|---|---|---|---|",
        ]
        for default in defaults:
            rule = Rule(slug, **default)
            words = condition_words(rule, definitions[slug])
            lines.append(f"| {item_words(rule.item, definitions[slug])} | {words} | {rule.severity} | {rule.screen} |")
    return "\n".join(lines).strip()
