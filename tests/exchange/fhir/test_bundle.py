"""A patient's download is valid FHIR R4, and every reference resolves within the Bundle (case 110)."""

import json
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.db import Database
from server.exchange import my_data
from server.exchange.fhir.bundle import bundle
from server.people.models import Caregiver
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.question import buttons
from server.questionnaires.respondents import Respondent
from server.reminders.states import Reply
from server.responses.submission import submit
from server.responses.submission.submission import Submission
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.exchange.fhir_checks import faults
from tests.questionnaires.real import EVERYTHING, PHQ
from tests.stories import STEADY, answered, due_check_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FULL: dict[str, Value] = {"asked": True, "which": "lots", "level": "low", "times": "3", "word": "Badly", "pain": None}


async def exported(db: AsyncSession, cast: Cast) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(bundle(await my_data.gather(db, cast.rosa), NOW)))
    return found


async def lived_through(db: AsyncSession, cast: Cast) -> None:
    """Visits of every status and reply, with and without a place; answers of every kind, a caregiver's too."""
    statuses, replies = list(AppointmentStatus), [None, *Reply]
    for number, status in enumerate(statuses):
        new = NewAppointment(datetime(2026, 12, 1 + number, 10), 90, "" if number % 2 else "Room 2", "Bring water.")
        visit: Appointment = await booking.book(work_by(db, cast.maria), cast.rosa, new)
        visit.status, visit.reply = status, replies[number % len(replies)]
    for resource, slug in ((EVERYTHING, "everything-at-once"), (PHQ, "PHQ2")):
        await questionnaires.publish(work_by(db, cast.ruth), resource)
        check_in = await due_check_in(db, cast.rosa, slug)
        given = FULL if slug != "PHQ2" else {"44250-9": "LA6570-1", "44255-8": None}
        await answered(db, cast.rosa, check_in, given)
    await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | {"mood": None})
    function = await due_check_in(db, cast.rosa, "function")
    definition = await questionnaires.definition_of(db, function.questionnaire_id)
    worst = {question.link_id: buttons(question)[-1] for question in definition.questions}
    theirs = Submission(function.client_id, worst, Respondent.CAREGIVER, NOW)
    await submit.submit(work_by(db, cast.luis), function, theirs)


async def test_case_110_the_export_is_valid_and_every_reference_resolves(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await lived_through(db, cast)
        whole = await exported(db, cast)
    assert faults(whole) == []
    kinds = [entry["resource"]["resourceType"] for entry in whole["entry"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "Patient": 1,
        "Organization": 1,
        "RelatedPerson": 1,
        "Appointment": len(AppointmentStatus),
        "QuestionnaireResponse": 4,
        "Questionnaire": 4,
    }


async def test_case_110_the_export_of_an_almost_empty_record_is_valid_too(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        cast.rosa.phone = cast.rosa.email = None
        whole = await exported(db, cast)
    assert faults(whole) == []
    assert "telecom" not in whole["entry"][0]["resource"]


async def test_case_110_a_visit_has_an_end_and_answers_are_nested_like_their_questions(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        await lived_through(db, cast)
        whole = await exported(db, cast)
    of_kind: dict[str, list[Any]] = {}
    for entry in whole["entry"]:
        of_kind.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    visit = of_kind["Appointment"][0]
    assert (visit["start"], visit["end"]) == ("2026-12-01T15:00:00+00:00", "2026-12-01T16:30:00+00:00")
    by_questionnaire = {one["questionnaire"]: one for one in of_kind["QuestionnaireResponse"]}
    [stem] = by_questionnaire["urn:example:phq-2|1.0.0"]["item"]
    assert stem["item"][0]["answer"][0]["valueCoding"]["system"] == "http://loinc.org"
    everything = by_questionnaire["urn:interlude:questionnaire:everything-at-once|1"]
    [asked, body, word, pain] = everything["item"]
    assert asked["answer"][0]["item"][0]["answer"] == [
        {"valueCoding": {"system": "urn:s", "code": "lots", "display": "Lots"}}
    ]
    assert [item["answer"] for item in body["item"]][1:] == [[{"valueInteger": 3}]]
    assert (word["answer"], pain.get("answer")) == ([{"valueString": "Badly"}], None)


async def test_case_110_a_caregivers_answers_name_the_caregiver(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await lived_through(db, cast)
        caregiver = await db.get_one(Caregiver, cast.luis.id)
        whole = await exported(db, cast)
    [theirs] = [entry for entry in whole["entry"] if entry["resource"]["resourceType"] == "RelatedPerson"]
    assert theirs["resource"]["name"] == [{"text": caregiver.name}]
    sources = [entry["resource"].get("source", {}).get("reference") for entry in whole["entry"]]
    assert sources.count(theirs["fullUrl"]) == 1


async def test_case_110_answers_that_a_caregiver_tapped_for_the_patient_are_the_patients(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        submission = Submission(check_in.client_id, STEADY, Respondent.HANDS, NOW)
        await submit.submit(work_by(db, cast.luis), check_in, submission)
        whole = await exported(db, cast)
    [patient] = [entry for entry in whole["entry"] if entry["resource"]["resourceType"] == "Patient"]
    [response] = [e["resource"] for e in whole["entry"] if e["resource"]["resourceType"] == "QuestionnaireResponse"]
    assert response["source"] == {"reference": patient["fullUrl"]}


@pytest.mark.parametrize(
    ("kind", "broken", "fault"),
    [
        ("Appointment", {"end": None}, "app-2"),
        ("Appointment", {"start": None, "end": None, "status": "booked"}, "app-3"),
        ("Appointment", {"participant": [{"status": "accepted"}]}, "app-1"),
        ("Appointment", {"cancelationReason": {"text": "ill"}, "status": "booked"}, "app-4"),
        ("Appointment", {"status": "completed"}, "status is completed"),
        ("Appointment", {"participant": [{"actor": {"reference": "Patient/1"}, "status": "accepted"}]}, "unresolved"),
        ("Patient", {"name": []}, "empty"),
        ("QuestionnaireResponse", {"questionnaire": "urn:elsewhere|1"}, "unresolved"),
        ("QuestionnaireResponse", {"item": [{"linkId": "nowhere"}]}, "do not stand like"),
        ("QuestionnaireResponse", {"status": None}, "QuestionnaireResponse"),
        ("Questionnaire", {"name": "phq-2"}, "que-0"),
        ("Questionnaire", {"item": [{"linkId": "g", "type": "group"}]}, "que-1"),
    ],
)
async def test_the_checks_find_each_fault(
    database: Database, cast: Cast, kind: str, broken: dict[str, Any], fault: str
) -> None:
    async with database.writing() as db:
        await lived_through(db, cast)
        whole = deepcopy(await exported(db, cast))
    resource = next(entry["resource"] for entry in whole["entry"] if entry["resource"]["resourceType"] == kind)
    resource.update(broken)
    for key in [key for key, value in broken.items() if value is None]:
        del resource[key]
    assert any(fault in found for found in faults(whole))


async def test_case_110_the_page_serves_that_file(signed_in: Enter, cast: Cast, lived: None) -> None:
    exported = await (await signed_in(cast.rosa)).get("/my-data.json")
    assert faults(json.loads(exported.content)) == []


async def test_case_144_a_check_in_without_answers_is_not_exported_as_completed(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, dict.fromkeys(("breathing", "swallowing"), None))
    exported = (await (await signed_in(cast.rosa)).get("/my-data.json")).json()
    statuses = [
        entry["resource"]["status"]
        for entry in exported["entry"]
        if entry["resource"]["resourceType"] == "QuestionnaireResponse"
    ]
    assert (statuses, faults(exported)) == (["stopped"], [])
