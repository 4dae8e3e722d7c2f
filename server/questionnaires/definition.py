"""Pure rules: a questionnaire as its questions in order, and which of them are private. fhir/ builds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.questionnaires.answers import Answers
from server.questionnaires.question import BadAnswer, Question, QuestionType


@dataclass(frozen=True)
class Definition:
    """One version of a questionnaire, in one language.

    `refused_because`: why Interlude cannot ask it, though an earlier reader let it be published. It has no questions.
    """

    slug: str
    version: int
    title: str
    seconds: int
    may_be_same: bool
    questions: tuple[Question, ...]
    by_id: Mapping[str, Question] = field(hash=False, compare=False, default_factory=dict)
    refused_because: str = ""

    def question(self, link_id: str) -> Question:
        """The question with this link id. Raises BadAnswer if there is none."""
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


def bare(answers: Answers) -> list[tuple[Question, str | None]]:
    """Answers as they are stored, each with the name of its question, for a questionnaire that cannot be read."""
    named = {item: Question(item, item, QuestionType.CHOICE) for item in answers}
    return [(named[item], None if value is None else str(value)) for item, value in answers.items()]


def levels(definition: Definition, answers: Answers) -> dict[str, int]:
    """Item → level, for the answered questions."""
    found = {
        link_id: definition.by_id[link_id].level(value)
        for link_id, value in answers.items()
        if link_id in definition.by_id
    }
    return {link_id: level for link_id, level in found.items() if level is not None}
