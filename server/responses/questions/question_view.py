"""Template context of the pages that ask and check, the same for the server's page and the offline bundle."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server import language
from server.checkins.models import CheckIn
from server.people.models import Clinic, Patient
from server.questionnaires.answers import Answers
from server.questionnaires.branching import asked, still_asked
from server.questionnaires.definition import Definition
from server.questionnaires.private_questions import next_private, private_questions
from server.questionnaires.question import Question
from server.questionnaires.respondents import Respondent
from server.responses import drafts
from server.responses.questions import red_flag_screens, same_as_last, third_person
from server.responses.questions.answering import Answering


async def question(
    db: AsyncSession, check_in: CheckIn, definition: Definition, question: Question, respondent: Respondent
) -> dict[str, Any]:
    """The context that does not depend on the question's position."""
    patient = await db.get_one(Patient, check_in.patient_id)
    return {
        "check_in": check_in,
        "definition": definition,
        "question": question,
        "respondent": respondent,
        "red": await red_flag_screens.screens(db, check_in, definition, question, respondent),
        "clinic": await db.get_one(Clinic, check_in.clinic_id),
        "patient": patient,
        "text_about": third_person.text_about(definition, question, patient.name, language.current()),
        "hint_about": third_person.hint_about(definition, question, patient.name, language.current()),
        "received": False,
        "called": third_person.first_name(patient.name),
        "by_name": respondent == Respondent.CAREGIVER,
    }


def place(definition: Definition, kept: Answers, question: Question, respondent: Respondent) -> dict[str, Any]:
    """The question's position among those that this respondent is asked, and its draft answer."""
    questions = asked(definition, kept, respondent)
    at = questions.index(question)
    return {
        "number": at + 1,
        "total": len(questions),
        "back": questions[at - 1].link_id if at else None,
        "given": kept.get(question.link_id),
        "offline": False,
    }


def onward(definition: Definition, question: Question, red: Mapping[str, str]) -> dict[str, str]:
    """Red-flag screen → the private question after it, if there is one. Empty for a public question."""
    following = {
        screen: next_private(definition, {question.link_id: question.read(answer)}, question.link_id)
        for answer, screen in red.items()
        if definition.is_private(question)
    }
    return {screen: after.link_id for screen, after in following.items() if after is not None}


ANYWHERE: dict[str, Any] = {"number": 1, "total": 1, "back": None, "given": None, "offline": True}
# A private question that the patient asked for: without a position, and never with an earlier answer.
NOW: dict[str, Any] = {"number": 1, "total": 1, "back": None, "given": None, "offline": False, "chosen": True}


async def check(answering: Answering, kept: Answers) -> dict[str, Any]:
    """The context of Check and send."""
    db, check_in, definition, respondent = answering.db, answering.check_in, answering.definition, answering.respondent
    patient = await answering.patient()
    private = private_questions(definition) if respondent == Respondent.HANDS else []
    answered = await drafts.private(db, check_in, definition) if private else {}
    return {
        "patient": patient,
        **third_person.naming(patient.name, respondent, answering.actor.kind),
        "check_in": check_in,
        "definition": definition,
        "respondent": respondent,
        "questions": asked(definition, kept, respondent),
        "drafts": kept,
        "before": await same_as_last.copied_shown(answering),
        "private": [(question, answered.get(question.link_id) is not None) for question in private],
        "outbox": json.dumps({"answers": still_asked(definition, kept, respondent), "respondent": respondent}),
    }
