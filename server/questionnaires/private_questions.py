"""Pure rules of private questions: what others may learn, and which ones still wait for the patient (decision 0015)."""

from server.questionnaires.answers import Answers, Value
from server.questionnaires.branching import is_enabled
from server.questionnaires.definition import Form
from server.questionnaires.question import Question
from server.questionnaires.respondents import Respondent


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
    return next((q for q in following if form.is_private(q) and is_enabled(form, q, answers)), None)
