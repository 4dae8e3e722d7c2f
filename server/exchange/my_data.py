"""All that a patient gave us, for the patient: as FHIR R4, and as lines to read."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import lists
from server.appointments.models import Appointment
from server.language import gettext as _
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.definition import Definition
from server.questionnaires.question import Question, QuestionType
from server.reminders.states import Reply
from server.responses import history
from server.responses.models import Response


@dataclass(frozen=True)
class MyData:
    patient: Patient
    visits: list[Appointment]
    answers: list[tuple[Response, Definition]]


async def gather(db: AsyncSession, patient: Patient) -> MyData:
    """Appointments by start; responses in the order in which they were answered."""
    responses = await history.of_patient(db, patient.id)
    definitions = {r.questionnaire_id: await questionnaires.definition_of(db, r.questionnaire_id) for r in responses}
    return MyData(
        patient, await lists.appointments_of(db, patient.id), [(r, definitions[r.questionnaire_id]) for r in responses]
    )


def bundle(data: MyData) -> dict[str, Any]:
    """A FHIR R4 Bundle of type collection."""
    resources = [
        _patient(data.patient),
        *(_appointment(appointment) for appointment in data.visits),
        *(_response(response, definition) for response, definition in data.answers),
    ]
    entries = [{"fullUrl": f"urn:uuid:{_uuid(resource['id'])}", "resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _uuid(key: str) -> str:
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def _patient(patient: Patient) -> dict[str, Any]:
    telecom = [("phone", patient.phone), ("email", patient.email)]
    return {
        "resourceType": "Patient",
        "id": patient.id,
        "active": patient.paused_at is None,
        "name": [{"text": patient.name}],
        "telecom": [{"system": system, "value": value} for system, value in telecom if value],
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": patient.locale}]}}],
    }


def _appointment(appointment: Appointment) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "id": appointment.id,
        "status": appointment.status,
        "start": appointment.starts_at.isoformat(),
        "minutesDuration": appointment.minutes,
        "description": appointment.place,
        "participant": [{"actor": {"reference": f"Patient/{appointment.patient_id}"}, "status": _reply(appointment)}],
    }


def _reply(appointment: Appointment) -> str:
    """FHIR's ParticipationStatus."""
    if appointment.reply is None:
        return "needs-action"
    return {Reply.COMING: "accepted", Reply.CANT_COME: "declined", Reply.ANOTHER_TIME: "tentative"}[appointment.reply]


def _response(response: Response, definition: Definition) -> dict[str, Any]:
    given = history.answers_of(response)
    return {
        "resourceType": "QuestionnaireResponse",
        "id": response.id,
        "questionnaire": f"urn:interlude:questionnaire:{definition.slug}|{definition.version}",
        "status": response.status,
        "subject": {"reference": f"Patient/{response.patient_id}"},
        "authored": response.answered_at.isoformat(),
        "item": [_item(definition.by_id[key], value) for key, value in given.items() if key in definition.by_id],
    }


def _item(question: Question, value: Value) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": question.link_id, "text": question.text}
    if value is None:
        return item  # skipped
    if question.type == QuestionType.CHOICE:
        coding = {"system": "urn:interlude:steps", "code": value, "display": question.label(value)}
        return item | {"answer": [{"valueCoding": coding}]}
    kind = "valueBoolean" if question.type == QuestionType.BOOLEAN else "valueInteger"
    return item | {"answer": [{kind: value}]}


def lines(response: Response, definition: Definition) -> list[tuple[Question, str | None]]:
    """Each question that was asked and the answer as it was given; None for a skip."""
    given = history.answers_of(response)
    return [
        (question, _words(question, given[question.link_id]))
        for question in definition.questions
        if question.link_id in given
    ]


def _words(question: Question, value: Value) -> str | None:
    if value is None:
        return None
    if question.type == QuestionType.BOOLEAN:
        return _("Yes") if value else _("No")
    return question.label(value)
