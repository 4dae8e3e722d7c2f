"""Which page of a check-in comes next: a question, the answers to change, or Check and send."""

from dataclasses import dataclass

from server.questionnaires.answers import Answers
from server.questionnaires.branching import next_unanswered
from server.questionnaires.private_questions import next_private
from server.questionnaires.question import Question
from server.responses.questions import same_as_last
from server.responses.questions.answering import Answering


@dataclass(frozen=True)
class Step:
    """`path` with its query; `question` is None at Check and send. `is_list`: the list of the answers to change."""

    path: str
    question: Question | None = None
    is_list: bool = False


async def after(answering: Answering, kept: Answers, link_id: str | None) -> Step:
    """The next unanswered question after this one (None: from the start), or what follows the last."""
    question = next_unanswered(answering.definition, kept, answering.respondent, link_id)
    who = f"?who={answering.respondent}"
    if question is not None:
        return Step(f"{answering.path}/q/{question.link_id}{who}", question)
    if link_id and await same_as_last.copied_shown(answering):
        return Step(f"{answering.path}/different{who}", is_list=True)
    return Step(f"{answering.path}/check{who}")


def after_private(answering: Answering, kept: Answers, link_id: str) -> Step | None:
    """The private question that this answer enables, or the next one; None after the last."""
    following = next_private(answering.definition, kept, link_id)
    if following is None:
        return None
    return Step(f"{answering.path}/q/{following.link_id}?who=hands&chosen=yes", following)
