"""Export a patient's data as a FHIR R4 Bundle, in which each reference leads to one of its entries."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from server.appointments.models import Appointment
from server.exchange.fhir import questionnaires
from server.exchange.fhir.questionnaires import Resource, instant
from server.exchange.my_data import Answered, MyData
from server.people.models import Caregiver, Clinic, Patient
from server.people.rules import PauseReason
from server.questionnaires.answers import Value
from server.questionnaires.definition import Definition
from server.questionnaires.fhir import offered_answers
from server.questionnaires.question import QuestionType
from server.questionnaires.respondents import Respondent
from server.reminders.states import Reply
from server.responses import history
from server.responses.models import Response

LANGUAGE = "urn:ietf:bcp:47"
RECORD = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}  # a medical record number


def bundle(data: MyData, now: datetime) -> Resource:
    """A Bundle of type collection: the patient, visits, answers, questionnaires, the clinic, and caregivers."""
    resources = [
        _patient(data.patient),
        *(_appointment(appointment) for appointment in data.visits),
        *(_response(answered, data) for answered in data.answers),
        *(questionnaires.resource_of(row, data.definitions[row.id]) for row in data.questionnaires.values()),
        _organization(data.clinic),
        *(_related_person(caregiver) for caregiver in data.caregivers.values()),
    ]
    entries = [{"fullUrl": _full_url(resource["id"]), "resource": _without_nothing(resource)} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": instant(now), "entry": entries}


def _full_url(key: str) -> str:
    return f"urn:uuid:{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def _reference(key: str) -> Resource:
    """A reference by fullUrl: within a Bundle of urn:uuid entries no other reference leads to an entry."""
    return {"reference": _full_url(key)}


def _without_nothing(node: Any) -> Any:
    """Leave out empty values: FHIR has no null, no empty text, no empty list and no empty object."""
    if isinstance(node, Mapping):
        kept = {key: _without_nothing(value) for key, value in node.items()}
        return {key: value for key, value in kept.items() if value not in (None, "", [], {})}
    if isinstance(node, list | tuple):
        return [part for part in map(_without_nothing, node) if part not in (None, "", [], {})]
    return node.strip() if isinstance(node, str) else node


def _telecom(*contacts: tuple[str, str | None]) -> list[Resource]:
    return [{"system": system, "value": value} for system, value in contacts if value]


def _patient(patient: Patient) -> Resource:
    return {
        "resourceType": "Patient",
        "id": patient.id,
        "active": True,  # the record is in use; a pause is of messages alone
        "identifier": [{"type": {"coding": [RECORD]}, "value": patient.record_number}] if patient.record_number else [],
        "name": [{"text": patient.name}],
        "telecom": _telecom(("phone", patient.phone), ("email", patient.email)),
        "birthDate": patient.birth_date,
        "deceasedBoolean": True if patient.pause_reason == PauseReason.DEATH else None,
        "communication": [{"language": {"coding": [{"system": LANGUAGE, "code": patient.locale}]}, "preferred": True}],
        "managingOrganization": _reference(patient.clinic_id),
    }


def _organization(clinic: Clinic) -> Resource:
    return {
        "resourceType": "Organization",
        "id": clinic.id,
        "active": True,
        "name": clinic.name,
        "telecom": _telecom(("phone", clinic.phone)),
        "address": [{"text": clinic.address}],
    }


def _related_person(caregiver: Caregiver) -> Resource:
    return {
        "resourceType": "RelatedPerson",
        "id": caregiver.id,
        "active": caregiver.ended_at is None,
        "patient": _reference(caregiver.patient_id),
        "relationship": [{"text": caregiver.relation}],
        "name": [{"text": caregiver.name}],
    }


def _appointment(appointment: Appointment) -> Resource:
    place = {"actor": {"display": appointment.place}, "status": "accepted"} if appointment.place.strip() else None
    return {
        "resourceType": "Appointment",
        "id": appointment.id,
        "status": appointment.status,
        "start": instant(appointment.starts_at),
        "end": instant(appointment.starts_at + timedelta(minutes=appointment.minutes)),
        "minutesDuration": appointment.minutes,
        "patientInstruction": appointment.instructions,
        "participant": [{"actor": _reference(appointment.patient_id), "status": _reply(appointment)}, place],
    }


def _reply(appointment: Appointment) -> str:
    """FHIR's ParticipationStatus."""
    if appointment.reply is None:
        return "needs-action"
    return {Reply.COMING: "accepted", Reply.CANT_COME: "declined", Reply.ANOTHER_TIME: "tentative"}[appointment.reply]


def _response(answered: Answered, data: MyData) -> Resource:
    response, row = answered.response, data.questionnaires[answered.response.questionnaire_id]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": response.id,
        "questionnaire": questionnaires.canonical(row),
        "status": _status(response),
        "subject": _reference(response.patient_id),
        "source": _source(response, data),
        "authored": instant(response.answered_at),
        "item": list(_given(row.resource.get("item", []), answered, row.resource)),
    }


def _status(response: Response) -> str:
    """A response without any answer is not completed; a correction is amended."""
    if response.all_skipped:
        return "stopped"
    return "amended" if response.corrects_id else response.status


def _source(response: Response, data: MyData) -> Resource | None:
    """The respondent: the patient, also by another's hands, or a caregiver."""
    if response.respondent != Respondent.CAREGIVER:
        return _reference(response.patient_id)
    return _reference(response.caregiver_id) if response.caregiver_id in data.caregivers else None


def _given(items: list[Resource], answered: Answered, whole: Resource) -> Iterator[Resource]:
    """The answers, nested as in the questionnaire: groups hold items, and so do answers.

    They form a flat list if Interlude can no longer read the questionnaire.
    """
    given = history.answers_of(answered.response)
    if answered.definition.refused_because:
        yield from (_bare(link_id, value) for link_id, value in given.items())
        return
    for item in items:
        inner = list(_given(item.get("item", []), answered, whole))
        link_id = item["linkId"]
        if item["type"] == "group" and inner:
            yield {"linkId": link_id, "text": item.get("text"), "item": inner}
        elif link_id in given and link_id in answered.definition.by_id:
            fields = {"linkId": link_id, "text": answered.definition.by_id[link_id].text}
            value = given[link_id]
            yield (
                fields
                if value is None
                else fields | {"answer": [_value(answered.definition, item, value, whole) | {"item": inner}]}
            )


def _bare(link_id: str, value: Value) -> Resource:
    kinds = {bool: "valueBoolean", int: "valueInteger", str: "valueString"}
    return {"linkId": link_id} | ({} if value is None else {"answer": [{kinds[type(value)]: value}]})


def _value(definition: Definition, item: Resource, value: Value, whole: Resource) -> Resource:
    question = definition.by_id[item["linkId"]]
    if question.type == QuestionType.CHOICE:
        answer = offered_answers(whole, item)[str(value)]
        return {answer.key: answer.value}
    return {"valueBoolean" if question.type == QuestionType.BOOLEAN else "valueInteger": value}
