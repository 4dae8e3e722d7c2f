"""Gather all that a patient gave us, for the patient: as FHIR R4, and as lines to read."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import lists
from server.appointments.models import Appointment
from server.language import gettext as _
from server.people.models import Caregiver, Clinic, Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.definition import Definition, bare
from server.questionnaires.models import Questionnaire
from server.questionnaires.question import Question, QuestionType
from server.questionnaires.respondents import Respondent
from server.responses import history
from server.responses.models import Response


@dataclass(frozen=True)
class Answered:
    response: Response
    definition: Definition


@dataclass(frozen=True)
class MyData:
    """By id: the questionnaires that were answered, and the caregivers who answered."""

    patient: Patient
    clinic: Clinic
    visits: list[Appointment]
    answers: list[Answered]
    questionnaires: dict[str, Questionnaire]
    definitions: dict[str, Definition]
    caregivers: dict[str, Caregiver]


async def gather(db: AsyncSession, patient: Patient) -> MyData:
    """Appointments by start; responses in the order in which they were answered."""
    responses = await history.of_patient(db, patient.id)
    ids = list(dict.fromkeys(response.questionnaire_id for response in responses))
    definitions = {id_: await questionnaires.definition_of(db, id_) for id_ in ids}
    answerers = {response.caregiver_id for response in responses if response.respondent == Respondent.CAREGIVER}
    found = await db.scalars(select(Caregiver).where(Caregiver.patient_id == patient.id).order_by(Caregiver.id))
    return MyData(
        patient,
        await db.get_one(Clinic, patient.clinic_id),
        await lists.appointments_of(db, patient.id),
        [Answered(response, definitions[response.questionnaire_id]) for response in responses],
        {id_: await db.get_one(Questionnaire, id_) for id_ in ids},
        definitions,
        {caregiver.id: caregiver for caregiver in found if caregiver.id in answerers},
    )


def lines(response: Response, definition: Definition) -> list[tuple[Question, str | None]]:
    """Each question that was asked and the answer as it was given; None for a skip."""
    given = history.answers_of(response)
    if definition.refused_because:
        return bare(given)
    asked = [question for question in definition.questions if question.link_id in given]
    return [(question, _words(question, given[question.link_id])) for question in asked]


def _words(question: Question, value: Value) -> str | None:
    if value is None:
        return None
    if question.type == QuestionType.BOOLEAN:
        return _("Yes") if value else _("No")
    return question.label(value)
