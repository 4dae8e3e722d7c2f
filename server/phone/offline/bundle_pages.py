"""The offline bundle: a device fetches it at each start and with each push.

It has the due check-ins and the next visits as rendered pages, and the tags of the notifications that are still open.
"""

import hashlib
import json
from datetime import timedelta
from functools import partial
from typing import Any

from litestar import Response, Router, get
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import ActorKind
from server.appointments import lists as appointment_lists
from server.appointments.rules import UPCOMING
from server.checkins.models import CheckIn
from server.db import Work, works_of
from server.language import gettext as _
from server.people import flow as people
from server.people.models import Clinic, Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.definition import Definition
from server.questionnaires.question import Question, raw
from server.questionnaires.respondents import Respondent
from server.reminders import open_notifications
from server.responses import drafts, lookup
from server.responses.offline import bundle
from server.responses.questions import question_view, red_flag_screens, same_as_last, third_person
from server.responses.questions.answering import Answering
from server.web import render
from server.web.dependencies import BY_ANYONE_HERE, PERSON, Ask, InWork

VISITS_KEPT = 3


@get("/", opt=PERSON | BY_ANYONE_HERE)
async def bundle_page(request: Ask, work: InWork, have: FromQuery[str] = "") -> Response[Any]:
    """The bundle as JSON, or 204 if the device already has this version (`have`).

    It covers everyone who is still signed in on the phone, so it replaces the data that an ended session left there.
    """
    found = await _of_person(request, work)
    for other in works_of(work, request.user.others):
        bundle.add_person(found, await _of_person(request, other))
    mark = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:20]
    if mark == have:
        return Response(None, status_code=204, headers=render.FRESH)
    return Response(found | {"mark": mark}, headers=render.FRESH)


async def _of_person(request: Ask, work: Work) -> dict[str, Any]:
    due = await lookup.open_now(work)
    clinic = await people.clinic_of(work.db, work.actor)
    return {
        "person": work.actor.id,
        "due": len(due),
        "standing": await open_notifications.tags(work.db, work.actor.patient_id, work.now),
        "forms": [await _bundled(request, work, check_in, clinic) for check_in in due],
        "visits": await _visits(request, work, clinic),
        "help": _help(request, work, clinic),
    }


def _help(request: Ask, work: Work, clinic: Clinic) -> str:
    """One patient's help page. On a phone with several patients it names the patient, and links to the others' help."""
    others = [each for each in request.user.people if each.id != work.actor.id]
    whose = work.actor.patient_name if others else ""
    return render.inside(request, "phone/help.html", clinic=clinic, offline=True, whose=whose, others=others)


async def _visits(request: Ask, work: Work, clinic: Clinic) -> list[dict[str, Any]]:
    """The next visits, each until it ends, and cancelled ones. A device without a network shows them (case 143)."""
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    about = {"patient": patient, "clinic": clinic}
    about |= third_person.naming(patient.name, Respondent.SELF, work.actor.kind)
    return [
        {
            "id": visit.id,
            "until": bundle.ms(visit.starts_at + timedelta(minutes=visit.minutes)),
            "cancelled": visit.status not in UPCOMING,
            "html": render.inside(request, "phone/visit_offline.html", visit=visit, **about),
        }
        for visit in await appointment_lists.appointments_ahead(work.db, patient.id, work.now, VISITS_KEPT)
    ]


async def _bundled(request: Ask, work: Work, check_in: CheckIn, clinic: Clinic) -> dict[str, Any]:
    db, actor = work.db, work.actor
    definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
    patient = await db.get_one(Patient, check_in.patient_id)
    own = actor.kind != ActorKind.CAREGIVER
    named = third_person.naming(patient.name, Respondent.SELF, ActorKind.PATIENT)  # for the patient; scripts add names
    respondents = tuple(Respondent) if own else (Respondent.HANDS, Respondent.CAREGIVER)
    needing_staff = await red_flag_screens.needing_staff(work, check_in, definition)
    before = {who: await _same(request, Answering(work, check_in, definition, who)) for who in respondents}
    drawn = partial(render.inside, request, check_in=check_in, patient=patient, clinic=clinic)
    return {
        "id": check_in.id,
        "client": check_in.client_id,
        "closes": bundle.ms(check_in.closes_at),
        "who": await drafts.respondent_to_resume(db, actor, check_in, definition),
        "kept": await bundle.kept(db, actor, check_in, definition),
        "same": {who: offer for who, offer in before.items() if offer},
        "questions": [
            rule
            | {
                "html": await _question(request, db, check_in, definition, rule["id"]),
                "said": _words_by_answer(request, definition, rule),
                "needsStaff": needing_staff.get(rule["id"], []),
            }
            for rule in bundle.rules_of(definition)
            if own or not rule["private"]  # a caregiver's device can ask private questions only through the server
        ],
        "pages": {
            "card": render.part(
                request,
                "responses/_due.html",
                check_in=check_in,
                definition=definition,
                patient=patient,
                own=own,
                more=0,
                **third_person.naming(patient.name, Respondent.SELF, actor.kind),
                through=f"/for/{actor.device_id}" if request.user.others else "",
            ),
            "who": drawn("responses/who.html"),
            "check": _check(request, check_in, definition, patient, own),
            "urgency": drawn("responses/urgency.html", offline=True, **named),
            "saved": drawn("responses/saved.html", offline=True, **named),
        },
        "words": {"skipped": _("Skipped"), "open": _("Not answered"), "same": _("as last time"), "now": _("Now:")},
    }


async def _question(request: Ask, db: AsyncSession, check_in: CheckIn, definition: Definition, link_id: str) -> str:
    shown = await question_view.question(db, check_in, definition, definition.by_id[link_id], Respondent.SELF)
    return render.inside(request, "responses/question.html", **shown, **question_view.ANYWHERE)


def _words_by_answer(request: Ask, definition: Definition, rule: dict[str, Any]) -> dict[str, str]:
    """Raw answer → the text that the Check and send page shows for it."""
    question = definition.by_id[rule["id"]]
    return {answer: _words(request, question, question.read(answer)) for answer in rule["levels"]}


def _words(request: Ask, question: Question, value: Value) -> str:
    return render.part(request, "responses/_answer_word.html", question=question, value=value).strip()


def _check(request: Ask, check_in: CheckIn, definition: Definition, patient: Patient, own: bool) -> str:
    """The Check and send page with a line for every question. The device hides those not asked and adds the answers."""
    return render.inside(
        request,
        "responses/check.html",
        check_in=check_in,
        definition=definition,
        patient=patient,
        respondent=Respondent.SELF,
        questions=[question for question in definition.questions if own or not definition.is_private(question)],
        drafts={},
        before=[],
        outbox="{}",
        offline=True,
        **third_person.naming(patient.name, Respondent.SELF, ActorKind.PATIENT),
    )


async def _same(request: Ask, answering: Answering) -> dict[str, Any] | None:
    """The previous answers and their pages, or None if they may not be copied."""
    last = await same_as_last.offer(answering)
    if last is None:
        return None
    definition, respondent = answering.definition, answering.respondent
    answers = same_as_last.answers_of(definition, last, respondent)
    about = {"check_in": answering.check_in, "definition": definition, "respondent": respondent}
    named = third_person.naming((await answering.patient()).name, respondent, answering.actor.kind)
    shown = {"last": last, **named, "answers": answers, "zone": answering.actor.zone}
    pages = [
        render.inside(
            request, "responses/different.html", kept=answers, before=list(answers), changed=0, **about, **page
        )
        for page in same_as_last.pages(definition, answers, respondent)
    ]
    return {
        "answers": {link_id: raw(value) for link_id, value in answers.items()},
        "html": render.inside(request, "responses/same.html", **shown, **about),
        "different": pages,
    }


router = Router("/held", route_handlers=[bundle_page])
