"""Questionnaires read into questions; who is asked what; which answers there are: pure (case 76)."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.checkins import fhir_forms, forms
from server.checkins.fhir_forms import read_form
from server.checkins.flow import LIBRARY
from server.checkins.forms import BadAnswer, Form
from server.review.rulebook import DEFAULTS

SLUGS = ("daily-three", "day-after", "function", "readiness", "weekly-als")
WEEKLY = json.loads((LIBRARY / "weekly-als.json").read_text())


def library(slug: str) -> Form:
    return read_form(json.loads((LIBRARY / f"{slug}.json").read_text()))


def of(*items: dict[str, Any]) -> Form:
    return read_form({"name": "made-up", "version": "1", "title": "Made up", "item": items})


def choice(link_id: str, **more: Any) -> dict[str, Any]:
    """None, some, very: levels 0, 2, 4."""
    options = [_option(code, level) for code, level in (("none", 0), ("some", 2), ("very", 4))]
    return {"linkId": link_id, "text": link_id, "type": "choice", "answerOption": options} | more


def _option(code: str, level: int) -> dict[str, Any]:
    ordinal = {"url": fhir_forms.ORDINAL, "valueDecimal": level}
    return {"valueCoding": {"code": code, "display": code, "extension": [ordinal]}}


def when(question: str, operator: str, **answer: Any) -> dict[str, Any]:
    return {"question": question, "operator": operator} | answer


def ids(form: Form, answers: dict[str, Any], respondent: str = "self") -> list[str]:
    return [question.link_id for question in forms.asked(form, answers, respondent)]


def test_the_library_is_what_we_say_it_is() -> None:
    assert sorted(path.stem for path in LIBRARY.glob("*.json")) == sorted(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_form_of_the_library_can_be_asked(slug: str) -> None:
    form = library(slug)
    assert (form.slug, form.version) == (slug, 1)
    assert 10 <= form.seconds <= 180
    for question in form.questions:
        assert question.text.endswith("?")
        assert 0 < len(question.short) <= 32
        if question.type == "choice":
            assert [option.level for option in question.options] == [0, 1, 2, 3, 4]
            assert len({option.label for option in question.options}) == len({o.code for o in question.options}) == 5
        for condition in question.whens:
            assert form.question(condition.question).level(condition.value) is not None


@pytest.mark.parametrize("slug", SLUGS)
def test_every_rule_of_the_library_is_about_a_question_that_is_asked(slug: str) -> None:
    form = library(slug)
    for rule in json.loads(Path(DEFAULTS).read_text())[slug]:
        worst = form.question(rule["item"]).worst
        assert rule["condition"] != "at-least" or rule["amount"] <= worst, rule


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("strength", ("strength", "moving")),
        ("cramps", ("cramps", "stiffness", "twitch")),
        ("speech", ("speaking",)),
        ("breathing", ("breathing",)),
        ("swallowing", ("chewing", "swallowing")),
        ("saliva", ("saliva", "drooling")),
        ("pain", ("pain",)),
        ("mood", ("mood",)),
    ],
)
def test_every_group_of_symptoms_can_be_answered_each_week(item: str, words: tuple[str, ...]) -> None:
    form = library("weekly-als")
    question = form.question(item)
    assert all(word in question.text.lower() for word in words)
    assert item in ids(form, {})


def test_case_76_mood_is_for_the_patient_whoevers_hands_press_the_button() -> None:
    for slug in ("weekly-als", "daily-three", "day-after"):
        form = library(slug)
        assert "mood" in ids(form, {}, "self")
        assert "mood" in ids(form, {}, "hands")
        assert "mood" not in ids(form, {}, "helper")
    assert "self-harm" not in ids(library("day-after"), {"mood": "very-hard"}, "helper")


def test_choking_is_asked_once_swallowing_is_trouble_and_self_harm_once_mood_is_low() -> None:
    weekly, after = library("weekly-als"), library("day-after")
    assert "choking" not in ids(weekly, {})
    assert "choking" not in ids(weekly, {"swallowing": "none"})
    assert "choking" in ids(weekly, {"swallowing": "little"})
    assert "self-harm" not in ids(after, {"mood": "some"})
    assert "self-harm" in ids(after, {"mood": "hard"})


@pytest.mark.parametrize(
    ("condition", "given", "asked"),
    [
        (when("first", "=", answerCoding={"code": "some"}), "some", True),
        (when("first", "=", answerCoding={"code": "some"}), "very", False),
        (when("first", "!=", answerCoding={"code": "some"}), "very", True),
        (when("first", "!=", answerCoding={"code": "some"}), None, False),
        (when("first", ">", answerCoding={"code": "some"}), "very", True),
        (when("first", ">", answerCoding={"code": "some"}), "some", False),
        (when("first", ">=", answerCoding={"code": "some"}), "some", True),
        (when("first", "<", answerCoding={"code": "some"}), "none", True),
        (when("first", "<=", answerCoding={"code": "none"}), "some", False),
        (when("first", "exists", answerBoolean=True), "none", True),
        (when("first", "exists", answerBoolean=True), None, False),
        (when("first", "exists", answerBoolean=False), None, True),
    ],
    ids=str,
)
def test_conditions_are_those_of_fhir(condition: dict[str, Any], given: str | None, asked: bool) -> None:
    form = of(choice("first"), choice("second", enableWhen=[condition]))
    assert ("second" in ids(form, {"first": given})) == asked
    assert ("second" in ids(form, {})) == (condition["operator"] == "exists" and condition["answerBoolean"] is False)


def test_conditions_hold_all_together_unless_any_will_do() -> None:
    both = [when("first", "=", answerCoding={"code": "very"}), when("second", "=", answerCoding={"code": "very"})]
    strict = of(choice("first"), choice("second"), choice("third", enableWhen=both))
    lenient = of(choice("first"), choice("second"), choice("third", enableWhen=both, enableBehavior="any"))
    one = {"first": "very", "second": "none"}
    assert "third" not in ids(strict, one)
    assert "third" in ids(lenient, one)
    assert "third" in ids(strict, {"first": "very", "second": "very"})


def test_levels_grow_with_trouble() -> None:
    weekly, ready = library("weekly-als"), library("readiness")
    assert forms.levels(weekly, {"breathing": "hard", "pain": 7, "fall": True, "mood": None}) == {
        "breathing": 3,
        "pain": 7,
        "fall": 1,
    }
    assert forms.levels(ready, {"driver": True, "new": True, "breathing-usual": False}) == {
        "driver": 0,
        "new": 1,
        "breathing-usual": 1,
    }
    assert forms.levels(weekly, {"a question of an older version": 3}) == {}


@pytest.mark.parametrize(
    ("link_id", "good", "bad"),
    [
        ("breathing", ["none", "very-hard", None], ["", "worst", 3, True, 0, ["none"], {}, "None", 1.5]),
        ("pain", [0, 10, "7", None], [-1, 11, "11", "", "seven", True, 3.5, "\u0663", " 3", "1e1", [3]]),
        ("fall", [True, False, "yes", "no", None], ["true", 1, 0, "", "maybe", [True]]),
    ],
)
def test_an_answer_is_one_of_its_questions_answers(link_id: str, good: list[Any], bad: list[Any]) -> None:
    question = library("weekly-als").question(link_id)
    for value in good:
        question.check(value)
    for value in bad:
        with pytest.raises(BadAnswer) as refused:
            question.check(value)
        assert refused.value.link_id == link_id


def test_what_was_not_asked_is_no_answer() -> None:
    weekly = library("weekly-als")
    assert forms.check_answers(weekly, {"pain": "3", "fall": "no"}, "self") == {"pain": 3, "fall": False}
    for answers, respondent in (
        ({"eyesight": "none"}, "self"),
        ({"choking": True}, "self"),
        ({"swallowing": "none", "choking": True}, "self"),
        ({"mood": "none"}, "helper"),
    ):
        with pytest.raises(BadAnswer):
            forms.check_answers(weekly, answers, respondent)


def test_the_next_question_looks_on_and_then_back() -> None:
    form = of(choice("a"), choice("b"), choice("c"))

    def after(link_id: str | None, answers: dict[str, Any]) -> str | None:
        found = forms.next_unanswered(form, answers, "self", link_id)
        return found.link_id if found else None

    assert after(None, {}) == "a"
    assert after("a", {"a": "none"}) == "b"
    assert after("c", {"c": None}) == "a"
    assert after("b", {"a": None, "b": "some", "c": "very"}) is None
    assert after("gone", {}) == "a"


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        (WEEKLY | {"item": [*WEEKLY["item"], WEEKLY["item"][0]]}, "linkId"),
        (WEEKLY | {"item": [{"linkId": "photo", "text": "A photo?", "type": "attachment"}]}, "photo"),
        (WEEKLY | {"item": [choice("first", enableWhen=[when("nowhere", "=", answerBoolean=True)])]}, "nowhere"),
        (WEEKLY | {"version": "newest"}, "newest"),
    ],
    ids=["twice", "type", "condition", "version"],
)
def test_what_cannot_be_asked_is_refused_by_name(resource: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_form(resource)


def test_groups_and_displays_hold_questions_and_ask_nothing() -> None:
    inner = {"linkId": "g", "type": "group", "text": "Arms", "item": [choice("a"), {"linkId": "d", "type": "display"}]}
    form = of(inner, choice("b"))
    assert [(question.link_id, question.group) for question in form.questions] == [("a", "Arms"), ("b", "")]


# --- in another language


def translated(text: str, code: str = "es") -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": code}, {"url": "content", "valueString": text}]
    return {"extension": [{"url": fhir_forms.TRANSLATION, "extension": parts}]}


def test_a_form_is_read_in_a_language_and_stays_the_same_version() -> None:
    library = json.loads((LIBRARY / "weekly-als.json").read_text())
    english, spanish = read_form(library), read_form(library, "es")
    assert (spanish.slug, spanish.version) == (english.slug, english.version)
    assert [q.link_id for q in spanish.questions] == [q.link_id for q in english.questions]
    first = spanish.questions[0]
    assert (first.text, first.short) == ("¿Cómo respira?", "Respiración")
    assert [(o.code, o.level) for o in first.options] == [(o.code, o.level) for o in english.questions[0].options]
    assert first.label("very-hard") == "Muy difícil"


def test_what_is_not_translated_stays_as_it_was_written() -> None:
    item = {"linkId": "a", "type": "boolean", "text": "How?", "_text": translated("¿Cómo?", "es-MX")}
    resource = {"name": "a", "version": "1", "title": "One", "item": [item]}
    assert read_form(resource, "es").title == "One"
    assert read_form(resource, "es").questions[0].text == "¿Cómo?"
    assert read_form(resource, "fr").questions[0].text == "How?"


@pytest.mark.parametrize(
    "shadow",
    [
        {},
        {"extension": []},
        {"extension": [{"url": "urn:other", "valueString": "no"}]},
        {"extension": [{"url": fhir_forms.TRANSLATION}]},
        {"extension": [{"url": fhir_forms.TRANSLATION, "extension": [{"url": "lang", "valueCode": "es"}]}]},
        translated(""),
    ],
)
def test_a_translation_that_says_nothing_is_passed_over(shadow: dict[str, Any]) -> None:
    resource = {"name": "a", "version": "1", "title": "One", "_title": shadow, "item": []}
    assert read_form(resource, "es").title == "One"
