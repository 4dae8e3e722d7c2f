"""A FHIR R4 Questionnaire read into questions; who is asked what, and in which order: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Value = str | int | bool | None  # a choice's code, a number, yes or no; None is a skip
Answers = Mapping[str, Value]

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
OURS = "urn:interlude:"
TYPES = ("choice", "boolean", "integer")
OPERATORS = ("exists", "=", "!=", ">", "<", ">=", "<=")


class BadAnswer(ValueError):
    """An answer that its question does not take; `link_id` names the question."""

    def __init__(self, link_id: str, why: str) -> None:
        super().__init__(f"{link_id}: {why}")
        self.link_id, self.why = link_id, why


@dataclass(frozen=True)
class Option:
    code: str
    label: str
    level: int


@dataclass(frozen=True)
class When:
    """One enableWhen (FHIR R4): `question` `operator` `value`."""

    question: str
    operator: str
    value: Value


@dataclass(frozen=True)
class Question:
    link_id: str
    text: str
    type: str
    options: tuple[Option, ...] = ()
    short: str = ""
    hint: str = ""
    low_end: str = ""
    high_end: str = ""
    profile: str = ""
    group: str = ""
    patient_only: bool = False
    whens: tuple[When, ...] = ()
    any_when: bool = False
    worse_answer: bool = True  # of a yes-or-no question: the answer that means trouble
    lowest: int = 0
    highest: int = 10

    def read(self, raw: str) -> Value:
        """The value that a button's text stands for. Raises BadAnswer."""
        if self.type == "choice" and any(option.code == raw for option in self.options):
            return raw
        if self.type == "boolean" and raw in ("yes", "no"):
            return raw == "yes"
        if self.type == "integer" and raw.isascii() and raw.isdecimal() and self.lowest <= int(raw) <= self.highest:
            return int(raw)
        raise BadAnswer(self.link_id, "not one of the answers")

    def check(self, value: object) -> Value:
        """`value` if it may answer this question, None for a skip. Raises BadAnswer."""
        if value is None:
            return None
        if isinstance(value, bool):
            return self.read("yes" if value else "no")
        if isinstance(value, (int, str)):
            return self.read(str(value))
        raise BadAnswer(self.link_id, "not one of the answers")

    def level(self, value: Value) -> int | None:
        """How bad, as a number that grows with trouble; None for a skip."""
        if value is None:
            return None
        if self.type == "choice":
            return next((option.level for option in self.options if option.code == value), None)
        if self.type == "boolean":
            return int(value == self.worse_answer)
        return int(value)

    def label(self, value: Value) -> str:
        if self.type == "choice":
            return next((option.label for option in self.options if option.code == value), "")
        return "" if value is None or isinstance(value, bool) else str(value)

    @property
    def worst(self) -> int:
        return max((option.level for option in self.options), default=self.highest if self.type == "integer" else 1)


@dataclass(frozen=True)
class Form:
    slug: str
    version: int
    title: str
    seconds: int
    may_be_same: bool
    questions: tuple[Question, ...]
    by_id: Mapping[str, Question] = field(hash=False, compare=False, default_factory=dict)

    def question(self, link_id: str) -> Question:
        """Raises BadAnswer for a question that the form does not have."""
        found = self.by_id.get(link_id)
        if found is None:
            raise BadAnswer(link_id, "no such question")
        return found


def read_form(resource: Mapping[str, Any], language: str = "en") -> Form:
    """Its texts in `language` where it is translated, else as it was written: a view of the one version.

    Raises ValueError, naming the item, for what cannot be asked.
    """
    questions = tuple(_questions(resource.get("item", ()), "", language))
    by_id = {question.link_id: question for question in questions}
    if len(by_id) != len(questions):
        raise ValueError("two items share one linkId")
    for question in questions:
        _check_whens(question, by_id)
    return Form(
        slug=resource["name"],
        version=int(resource["version"]),
        title=_said(resource, "title", language),
        seconds=_extension(resource, OURS + "seconds", 60),
        may_be_same=_extension(resource, OURS + "same", False),
        questions=questions,
        by_id=by_id,
    )


def _questions(items: Any, group: str, language: str) -> list[Question]:
    found: list[Question] = []
    for item in items:
        if item["type"] in ("group", "display"):
            inside = _said(item, "text", language) if "text" in item else group
            found += _questions(item.get("item", ()), inside, language)
        elif item["type"] in TYPES:
            found.append(_question(item, group, language))
        else:
            raise ValueError(f"{item.get('linkId')}: items of type {item['type']} cannot be asked yet")
    return found


def _question(item: Mapping[str, Any], group: str, language: str) -> Question:
    text = _said(item, "text", language)
    return Question(
        link_id=item["linkId"],
        text=text,
        type=item["type"],
        options=tuple(_option(option, language) for option in item.get("answerOption", ())),
        short=_extension(item, OURS + "short", text, language),
        hint=_extension(item, OURS + "hint", "", language),
        low_end=_extension(item, OURS + "low-end", "", language),
        high_end=_extension(item, OURS + "high-end", "", language),
        profile=_extension(item, OURS + "profile", ""),
        group=group,
        patient_only=_extension(item, OURS + "patient-only", False),
        whens=tuple(_when(when) for when in item.get("enableWhen", ())),
        any_when=item.get("enableBehavior") == "any",
        worse_answer=_extension(item, OURS + "worse-answer", True),
    )


def _check_whens(question: Question, by_id: Mapping[str, Question]) -> None:
    for when in question.whens:
        if when.question not in by_id:
            raise ValueError(f"{question.link_id}: asked by the answer to {when.question}, which there is not")
        if when.operator not in OPERATORS:
            raise ValueError(f"{question.link_id}: {when.operator} compares nothing")


def _option(option: Mapping[str, Any], language: str) -> Option:
    coding = option["valueCoding"]
    return Option(coding["code"], _said(coding, "display", language), int(_extension(coding, ORDINAL, 0)))


def _when(when: Mapping[str, Any]) -> When:
    value = next((when[key] for key in when if key.startswith("answer")), None)
    return When(when["question"], when["operator"], value["code"] if isinstance(value, dict) else value)


def _extension(element: Mapping[str, Any], url: str, default: Any, language: str = "") -> Any:
    for extension in element.get("extension", ()):
        if extension["url"] == url:
            key = next(key for key in extension if key.startswith("value"))
            return _said(extension, key, language)
    return default


def _said(element: Mapping[str, Any], key: str, language: str) -> Any:
    """What stands at `key`, or its translation: FHIR keeps that in the element's shadow, `_key`."""
    for extension in element.get(f"_{key}", {}).get("extension", ()):
        parts = {part["url"]: part for part in extension.get("extension", ()) if extension["url"] == TRANSLATION}
        code = parts.get("lang", {}).get("valueCode", "")
        content = next((value for name, value in parts.get("content", {}).items() if name.startswith("value")), "")
        if content and language in (code, code.partition("-")[0]):
            return content
    return element[key]


def asked(form: Form, answers: Answers, respondent: str) -> list[Question]:
    """The questions that this respondent is asked, given the answers so far, in order."""
    return [q for q in form.questions if _may_answer(q, respondent) and _enabled(form, q, answers)]


def _may_answer(question: Question, respondent: str) -> bool:
    """Mood is for the patient to say, whoever's hands press the button (case 76)."""
    return respondent != "helper" or not question.patient_only


def _enabled(form: Form, question: Question, answers: Answers) -> bool:
    if not question.whens:
        return True
    holds = (_holds(form, when, answers) for when in question.whens)
    return any(holds) if question.any_when else all(holds)


def _holds(form: Form, when: When, answers: Answers) -> bool:
    given = answers.get(when.question)
    if when.operator == "exists":
        return (given is not None) == when.value
    if given is None:
        return False
    if when.operator in ("=", "!="):
        return (given == when.value) == (when.operator == "=")
    here = form.question(when.question)
    level, against = here.level(given), here.level(when.value)
    if level is None or against is None:
        return False
    return {">": level > against, "<": level < against, ">=": level >= against, "<=": level <= against}[when.operator]


def still_asked(form: Form, answers: Answers, respondent: str) -> dict[str, Value]:
    """Those of the answers whose questions are asked, now that these are the answers: a changed one may end others."""
    kept = dict(answers)
    while True:
        ids = {question.link_id for question in asked(form, kept, respondent)}
        if kept.keys() <= ids:
            return kept
        kept = {link_id: value for link_id, value in kept.items() if link_id in ids}


def check_answers(form: Form, answers: Mapping[str, object], respondent: str) -> dict[str, Value]:
    """Every answer checked against its question; what was not asked of this respondent is refused. Raises BadAnswer."""
    checked = {link_id: form.question(link_id).check(value) for link_id, value in answers.items()}
    allowed = {question.link_id for question in asked(form, checked, respondent)}
    for link_id in checked:
        if link_id not in allowed:
            raise BadAnswer(link_id, "not asked")
    return checked


def next_unanswered(form: Form, answers: Answers, respondent: str, after: str | None = None) -> Question | None:
    """The next question with no answer and no skip, looking on from `after` first, then from the start."""
    questions = asked(form, answers, respondent)
    ids = [question.link_id for question in questions]
    start = ids.index(after) + 1 if after in ids else 0
    return next((q for q in [*questions[start:], *questions[:start]] if q.link_id not in answers), None)


def levels(form: Form, answers: Answers) -> dict[str, int]:
    """Item → level, for what was answered."""
    found = {link_id: form.by_id[link_id].level(value) for link_id, value in answers.items() if link_id in form.by_id}
    return {link_id: level for link_id, level in found.items() if level is not None}
