"""Pure rules: one question, its options, and the text that its buttons send."""

from dataclasses import dataclass
from enum import StrEnum

from server.questionnaires.answers import Value

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
