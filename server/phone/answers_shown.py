"""What a patient or caregiver may see of sent answers: whose words, which private ones, and their trends."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins import rules
from server.questionnaires.definition import Definition
from server.questionnaires.question import Question
from server.questionnaires.respondents import Respondent
from server.responses import drafts
from server.responses import history as past
from server.responses.models import Response as Answered
from server.web import charts
from server.web.charts import Chart


async def may_see_private(db: AsyncSession, actor: Actor, who: str) -> bool:
    """Whether to show private answers. `who`: "self" if the patient has just pressed *Show what is only for me*."""
    last_respondent = await drafts.last_respondent(db, actor.patient_id)
    return rules.may_see_private(actor.kind, last_respondent, who == Respondent.SELF)


@dataclass(frozen=True)
class Trend:
    question: Question
    chart: Chart
    said: list[tuple[datetime, str]]


def trends(definition: Definition, history: list[Answered], private: bool) -> list[Trend]:
    """A small chart per question with at least two answers. `private`: include private ones, such as mood."""
    found: list[Trend] = []
    answered = past.answered(history)
    for question in definition.questions:
        if definition.is_private(question) and not private:
            continue
        given = [(at, value) for at, answers in answered if (value := answers.get(question.link_id)) is not None]
        points = past.points(question, answered)
        if len(points) > 1:
            labels = [(at, question.label(value)) for at, value in given]
            found.append(Trend(question, charts.draw(points, question.worst), labels))
    return found
