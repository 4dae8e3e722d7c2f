"""Home and help for patients and caregivers. Home puts the one thing to do first."""

from typing import Any

from litestar import Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from server.access.cookies import tokens_of
from server.access.shared_phone import flow as shared_phone
from server.access.shared_phone.rules import own_address
from server.appointments import flow as appointments
from server.appointments import lists as appointment_lists
from server.appointments.replies import after_hours
from server.db import Work, scope, works_of
from server.devices import subscriptions
from server.people import clinics
from server.people import flow as people
from server.people.models import Clinic, Patient
from server.people.rules import PauseReason
from server.phone import answers_shown, other_patients
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.responses import lookup
from server.responses.questions import third_person
from server.web import render
from server.web.dependencies import ANYONE, PERSON, Ask, Db, Now, Who


@get("/", opt=ANYONE)
async def home(request: Ask, db: Db, now: Now) -> Response[Any]:
    """Home, where the installed app opens: staff go to the desk, and strangers to pairing."""
    actor = request.user.person
    if actor is None:
        return render.go(request, "/staff" if request.user.staff else "/join")
    scope(db, actor.clinic_id)
    due = await lookup.open_now(Work(db, actor, now))
    clinic = await db.get_one(Clinic, actor.clinic_id)
    patient = await db.get_one(Patient, actor.patient_id)
    visit = await appointment_lists.next_appointment(db, actor.patient_id, now)
    return render.page(
        request,
        "phone/home.html",
        actor=actor,
        patient=patient,
        due=[(check_in, await questionnaires.definition_of(db, check_in.questionnaire_id)) for check_in in due],
        visit=visit,
        worry=await answers_shown.worry(Work(db, actor, now)),
        after_hours=await after_hours.of(db, visit, patient.zone, now) if visit else None,
        cancelled=await appointment_lists.cancelled_ahead(db, actor.patient_id, now),
        own_wish=PauseReason.OWN_WISH,
        clinic=clinic,
        reminders_on=await subscriptions.is_subscribed(db, actor.device_id),
        closed=clinics.closed_hours(clinic, now, actor.zone),
        now=now,
        **third_person.naming(patient.name, Respondent.SELF, actor.kind),
        waiting=await other_patients.waiting_for(Work(db, actor, now), request.user.others),
        ended_here=await shared_phone.ended_here(db, tokens_of(request), now),
    )


@get("/whose/{path:path}", opt=PERSON)
async def whose_page(request: Ask, db: Db, actor: Who, now: Now, path: FromPath[str]) -> Response[Any]:
    """Open a check-in or visit of another patient of this phone: switch to that patient first (case 97).

    Notifications that were sent before a second patient joined on the phone do not say which patient they are about.
    """
    kind, _, rest = path.strip("/").partition("/")
    find = {"check-ins": lookup.find, "visits": appointments.find}.get(kind)
    for other in works_of(Work(db, actor, now), request.user.others):
        if find and await find(db, other.actor, rest.partition("/")[0]):
            return render.go(request, own_address(f"/for/{other.actor.device_id}{path}", dict(request.query_params)))
    raise NotFoundException


@get("/set-aside", opt=PERSON)
async def set_aside_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    """Entries that the clinic refused, and why. Only the device has them: pwa/rejected-entries.js fills in the page."""
    patient = await db.get_one(Patient, actor.patient_id)
    named = third_person.naming(patient.name, Respondent.SELF, actor.kind)
    return render.page(request, "phone/rejected_entries.html", clinic=await people.clinic_of(db, actor), **named)


@get("/help", opt=ANYONE)
async def help_page(request: Ask, db: Db) -> Response[str]:
    actor = request.user.person
    clinic = await db.get(Clinic, actor.clinic_id) if actor else None
    return render.page(request, "phone/help.html", clinic=clinic)


router = Router("/", route_handlers=[home, whose_page, set_aside_page, help_page])
