"""Pure rules: questions, their answers, and which respondent is asked what, in which order. fhir.py builds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from server.questionnaires.answers import Answers, Value
from server.questionnaires.respondents import Respondent

OPERATORS = ("exists", "=", "!=", ">", "<", ">=", "<=")


class QuestionType(StrEnum):
    CHOICE = "choice"
    BOOLEAN = "boolean"
    INTEGER = "integer"


class BadAnswer(ValueError):
    """An answer that its question does not accept; `link_id` names the question."""

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
    type: QuestionType
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
        """The value that the text of a button stands for. Raises BadAnswer."""
        if self.type == QuestionType.CHOICE and any(option.code == raw for option in self.options):
            return raw
        if self.type == QuestionType.BOOLEAN and raw in ("yes", "no"):
            return raw == "yes"
        if (
            self.type == QuestionType.INTEGER
            and raw.isascii()
            and raw.isdecimal()
            and self.lowest <= int(raw) <= self.highest
        ):
            return int(raw)
        raise BadAnswer(self.link_id, "not one of the answers")

    def check(self, value: object) -> Value:
        """The checked value, None for a skip. Raises BadAnswer if it cannot answer this question."""
        if value is None:
            return None
        if isinstance(value, bool):
            return self.read("yes" if value else "no")
        if isinstance(value, (int, str)):
            return self.read(str(value))
        raise BadAnswer(self.link_id, "not one of the answers")

    def level(self, value: Value) -> int | None:
        """The answer's level, higher is worse; None for a skip."""
        if value is None:
            return None
        if self.type == QuestionType.CHOICE:
            return next((option.level for option in self.options if option.code == value), None)
        if self.type == QuestionType.BOOLEAN:
            return int(value == self.worse_answer)
        return int(value)

    def label(self, value: Value) -> str:
        if self.type == QuestionType.CHOICE:
            return next((option.label for option in self.options if option.code == value), "")
        return "" if value is None or isinstance(value, bool) else str(value)

    @property
    def worst(self) -> int:
        return max(
            (option.level for option in self.options), default=self.highest if self.type == QuestionType.INTEGER else 1
        )


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
        """The question with this link id. Raises BadAnswer if the form has none."""
        found = self.by_id.get(link_id)
        if found is None:
            raise BadAnswer(link_id, "no such question")
        return found

    def is_private(self, question: Question) -> bool:
        """Whether only the patient may see it.

        A question that a private answer enables is private too: asking it would reveal that answer.
        """
        return question.link_id in self._private_ids()

    def _private_ids(self) -> set[str]:
        found = {question.link_id for question in self.questions if question.patient_only}
        while True:
            more = {q.link_id for q in self.questions if any(when.question in found for when in q.whens)}
            if more <= found:
                return found
            found |= more


def asked(form: Form, answers: Answers, respondent: Respondent) -> list[Question]:
    """The questions that this respondent is asked, given the answers so far, in order.

    While someone else holds the device, private ones wait for the patient (decision 0015).
    """
    return [q for q in answerable(form, answers, respondent) if respondent == Respondent.SELF or not form.is_private(q)]


def answerable(form: Form, answers: Answers, respondent: Respondent) -> list[Question]:
    """Like `asked`, plus those asked only after *Ask me this now*. A caregiver never answers for mood (case 76)."""
    allowed = [q for q in form.questions if respondent != Respondent.CAREGIVER or not q.patient_only]
    return [q for q in allowed if _enabled(form, q, answers)]


def shown(form: Form, answers: Answers, respondent: Respondent) -> dict[str, Value]:
    """The answers that may be shown while this respondent answers; private ones only to the patient alone ("self")."""
    if respondent == Respondent.SELF:
        return dict(answers)
    return {link_id: value for link_id, value in answers.items() if is_public_item(form, link_id)}


def is_public_item(form: Form, item: str) -> bool:
    """Whether others may learn of an answer or a flag about `item`. An item that the form does not have is private."""
    link_id = item.partition(":")[0]  # "mood:missing" is about mood
    return link_id == "*" or (link_id in form.by_id and not form.is_private(form.by_id[link_id]))


def without_private_skips(form: Form, answers: Answers, respondent: Respondent) -> dict[str, Value]:
    """Leave out private questions that "hands" skipped: they stay open, and an earlier answer to them stays too."""
    return {
        link_id: value
        for link_id, value in answers.items()
        if respondent != Respondent.HANDS or value is not None or is_public_item(form, link_id)
    }


def private_questions(form: Form) -> list[Question]:
    """The private questions that every check-in asks. A follow-up is left out: it would reveal an answer."""
    return [q for q in form.questions if q.patient_only and not q.whens]


def next_private(form: Form, answers: Answers, after: str) -> Question | None:
    """The next private question after `after` that these answers enable, or None."""
    ids = [question.link_id for question in form.questions]
    following = form.questions[ids.index(after) + 1 :]
    return next((q for q in following if form.is_private(q) and _enabled(form, q, answers)), None)


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


def still_asked(form: Form, answers: Answers, respondent: Respondent) -> dict[str, Value]:
    """The answers whose questions may still be asked: a changed answer may disable other questions."""
    kept = dict(answers)
    while True:
        ids = {question.link_id for question in answerable(form, kept, respondent)}
        if kept.keys() <= ids:
            return kept
        kept = {link_id: value for link_id, value in kept.items() if link_id in ids}


def check_answers(form: Form, answers: Mapping[str, object], respondent: Respondent) -> dict[str, Value]:
    """Check every answer. Raises BadAnswer for a wrong value, or for a question that this respondent is not asked."""
    checked = {link_id: form.question(link_id).check(value) for link_id, value in answers.items()}
    allowed = {question.link_id for question in answerable(form, checked, respondent)}
    for link_id in checked:
        if link_id not in allowed:
            raise BadAnswer(link_id, "not asked")
    return checked


def next_unanswered(form: Form, answers: Answers, respondent: Respondent, after: str | None = None) -> Question | None:
    """The next question with neither answer nor skip: first those after `after`, then from the start."""
    questions = asked(form, answers, respondent)
    ids = [question.link_id for question in questions]
    start = ids.index(after) + 1 if after in ids else 0
    return next((q for q in [*questions[start:], *questions[:start]] if q.link_id not in answers), None)


def levels(form: Form, answers: Answers) -> dict[str, int]:
    """Item → level, for the answered questions."""
    found = {link_id: form.by_id[link_id].level(value) for link_id, value in answers.items() if link_id in form.by_id}
    return {link_id: level for link_id, level in found.items() if level is not None}


def raw(value: Value) -> str | None:
    """The text that the button of this value sends; None for a skip."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def buttons(question: Question) -> list[str]:
    """The text that the button of each answer sends."""
    if question.type == QuestionType.CHOICE:
        return [option.code for option in question.options]
    if question.type == QuestionType.BOOLEAN:
        return ["yes", "no"]
    return [str(number) for number in range(question.lowest, question.highest + 1)]
