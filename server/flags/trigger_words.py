"""Triggers in words, and what is wrong with one: for those who write them, and for the table in the docs."""

import json

from server.flags import rules
from server.flags.trigger_versions import DEFAULTS, Rule
from server.language import gettext as _
from server.language import ngettext
from server.questionnaires.definition import Form, Question
from server.questionnaires.fhir import read_form
from server.questionnaires.flow import LIBRARY


def item_words(item: str, form: Form) -> str:
    question = form.by_id.get(item)
    return _("The whole check-in") if item == rules.WHOLE else question.short if question else item


def condition_words(rule: Rule, form: Form) -> str:
    """Such as "Hard or worse" or "2 steps worse than the last answer"."""
    question = form.by_id.get(rule.item)
    level = level_words(question, rule.amount)
    said = {"n": rule.amount, "times": rule.times, "level": level}
    if rule.condition == "worse-than-previous":
        return (
            ngettext("%(n)s step worse than the last answer", "%(n)s steps worse than the last answer", rule.amount)
            % said
        )
    if rule.condition == "worse-than-first":
        return (
            ngettext("%(n)s step worse than the first answer", "%(n)s steps worse than the first answer", rule.amount)
            % said
        )
    if rule.condition == "repeated":
        return _("%(level)s in %(times)s check-ins in a row") % said
    if rule.condition == "missing" and rule.item == rules.WHOLE:
        return ngettext("missed %(times)s time", "missed %(times)s times in a row", rule.times) % said
    if rule.condition == "missing":
        return ngettext("no answer %(times)s time", "no answer %(times)s times in a row", rule.times) % said
    return level


def level_words(question: Question | None, level: int) -> str:
    """The answers from this level on, such as "Hard or worse", "7 or more of 10" or "yes"."""
    if question is None:
        return str(level)
    if question.type == "boolean":
        return _("yes") if question.worse_answer else _("no")
    if question.type == "integer":
        return _("%(level)s or more of %(worst)s") % {"level": level, "worst": question.worst}
    label = next((option.label for option in question.options if option.level == level), str(level))
    return label if level >= question.worst else _("%(level)s or worse") % {"level": label}


def fault(rule: Rule, form: Form | None) -> str | None:
    """Why this can't be a trigger, in words; None if it can. One that can never fire is not allowed."""
    question = form.by_id.get(rule.item) if form else None
    whole = rule.item == rules.WHOLE and rule.condition == "missing"
    if form is None or (question is None and not whole):
        return _("This check-in doesn't have that question: the rule would never fire.")
    if rule.condition not in rules.CONDITIONS or rule.severity not in rules.SEVERITIES:
        return _("Please choose a condition and a severity.")
    if rule.condition in ("repeated", "missing") and not 1 <= rule.times <= rules.MOST_TIMES:
        return _("In a row means 1 to 10 check-ins.")
    if rule.condition == "repeated" and rule.times < 2:
        return _("Repeated means 2 check-ins in a row or more.")
    if fault := _level_fault(rule, question):
        return fault
    return _red_fault(rule)


def _level_fault(rule: Rule, question: Question | None) -> str | None:
    if rule.condition == "missing" or question is None:
        return None
    if not 1 <= rule.amount <= question.worst:
        worst = {"worst": question.worst}
        if rule.condition in ("at-least", "repeated"):
            return _("Levels here go from 1 to %(worst)s: the rule would never fire, or would always fire.") % worst
        return _("Answers here can get worse by 1 to %(worst)s steps: the rule would never fire.") % worst
    return None


def _red_fault(rule: Rule) -> str | None:
    if rule.severity == "red" and rule.condition == "missing":
        return _("With no answer, there is no one to show a screen to: choose today or this week, not urgent.")
    if rule.severity == "red" and rule.screen not in rules.SCREENS:
        return _("An urgent rule shows the patient at once what to do: please choose its screen.")
    return None


def default_table() -> str:
    """The triggers of a new clinic, as Markdown."""
    lines: list[str] = []
    forms = {form.slug: form for form in (read_form(json.loads(p.read_text())) for p in sorted(LIBRARY.glob("*.json")))}
    for slug, defaults in json.loads(DEFAULTS.read_text()).items():
        lines += ["", f"**{forms[slug].title}**", "", "| Item | Condition | Severity | Screen |", "|---|---|---|---|"]
        for default in defaults:
            rule = Rule(slug, **default)
            words = condition_words(rule, forms[slug])
            lines.append(f"| {item_words(rule.item, forms[slug])} | {words} | {rule.severity} | {rule.screen} |")
    return "\n".join(lines).strip()
