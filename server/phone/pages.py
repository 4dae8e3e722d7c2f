"""Home, sent check-ins, answers and help for patients and caregivers. Home puts the one thing to do first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, ActorKind
from server.appointments import lists as visits
from server.checkins.rules import may_see_private, may_undo
from server.clock import to_wall
from server.db import Work, scope
from server.devices import subscriptions
from server.flags import lists
from server.flags.models import Flag
from server.flags.rules import Severity
from server.opening_hours import next_opening
from server.people import flow as people
from server.people import staff as people_staff
from server.people.models import Clinic, Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import Form
from server.questionnaires.private_questions import is_public_item
from server.questionnaires.question import Question
from server.questionnaires.respondents import Respondent
from server.responses import drafts, lookup
from server.responses import history as past
from server.responses.models import Response as Answered
from server.web import charts, render
from server.web.charts import Chart
from server.web.dependencies import ANYONE, PERSON, Ask, Db, InWork, Now, Who
from server.web.problems import found

SHOWN_BACK = timedelta(days=90)


@get("/", opt=ANYONE)
async def home(request: Ask, db: Db, now: Now) -> Response[Any]:
    """Home, where the installed app opens: staff go to the desk, and strangers to pairing."""
    actor = request.user.person
    if actor is None:
        return render.go(request, "/staff" if request.user.staff else "/join")
    scope(db, actor.clinic_id)
    due = await lookup.open_now(Work(db, actor, now))
    clinic = await db.get_one(Clinic, actor.clinic_id)
    return render.page(
        request,
        "phone/home.html",
        actor=actor,
        patient=await db.get_one(Patient, actor.patient_id),
        due=[(check_in, await questionnaires.form_of(db, check_in.questionnaire_id)) for check_in in due],
        visit=await visits.next_visit(db, actor.patient_id, now),
        clinic=clinic,
        reminders_on=await subscriptions.is_subscribed(db, actor.device_id),
        closed=people.is_closed(clinic, now),
        now=now,
    )


@dataclass(frozen=True)
class Trend:
    question: Question
    chart: Chart
    said: list[tuple[datetime, str]]


@get("/check-ins/{check_in_id:str}/sent", opt=PERSON)
async def sent_page(request: Ask, work: InWork, check_in_id: FromPath[str], who: FromQuery[str] = "") -> Response[str]:
    """The status of one sent check-in: received, opened by whom, what follows."""
    response = found(await past.find(work.db, work.actor, check_in_id))
    private = await _may_see_private(work.db, work.actor, who) and (
        response.respondent == Respondent.SELF or who == Respondent.SELF
    )
    form = await questionnaires.form_of(work.db, response.questionnaire_id)
    history = await past.of_patient(work.db, work.actor.patient_id, form.slug)
    clinic = await people.clinic_of(work.db, work.actor)
    check_in = found(await lookup.find(work.db, work.actor, check_in_id))
    flags = [
        flag for flag in await lists.of_check_in(work.db, check_in_id) if private or is_public_item(form, flag.item)
    ]
    return render.page(
        request,
        "phone/sent.html",
        response=response,
        form=form,
        clinic=clinic,
        zone=work.actor.zone,
        opener=await _name(work.db, work.actor, response.opened_by),
        follows=await _follows(work.db, work.actor, flags),
        awaits=any(flag.owner_id is None for flag in flags),
        trends=_trends(form, history, private)[:3],
        says_urgency=private or any(flag.severity in (Severity.URGENT, Severity.TODAY) for flag in flags),
        offers_private=work.actor.kind == ActorKind.PATIENT and not private,
        may_undo=may_undo(response.received_at, check_in.closes_at, work.now),
        closed=people.is_closed(clinic, work.now),
        next_staffed=next_opening(clinic.staffed_hours, to_wall(work.now, clinic.zone)),
    )


async def _may_see_private(db: AsyncSession, actor: Actor, who: str) -> bool:
    """Whether to show private answers. `who`: "self" if the patient has just pressed *Show what is only for me*."""
    last_respondent = await drafts.last_respondent(db, actor.patient_id)
    return may_see_private(actor.kind, last_respondent, who == Respondent.SELF)


async def _name(db: AsyncSession, actor: Actor, staff_id: str | None) -> str:
    staff = await people_staff.find_staff(db, actor, staff_id) if staff_id else None
    return staff.name if staff else ""


async def _follows(db: AsyncSession, actor: Actor, flags: list[Flag]) -> list[tuple[Flag, str]]:
    """Each flag of the check-in that a staff member has taken or closed, with that person's name."""
    taken = [flag for flag in flags if flag.owner_id]
    return [(flag, await _name(db, actor, flag.owner_id)) for flag in taken]


def _trends(form: Form, history: list[Answered], private: bool) -> list[Trend]:
    """A small chart per question with at least two answers. `private`: include private ones, such as mood."""
    found: list[Trend] = []
    answered = past.answered(history)
    for question in form.questions:
        if form.is_private(question) and not private:
            continue
        given = [(at, value) for at, answers in answered if (value := answers.get(question.link_id)) is not None]
        points = past.points(question, answered)
        if len(points) > 1:
            labels = [(at, question.label(value)) for at, value in given]
            found.append(Trend(question, charts.draw(points, question.worst), labels))
    return found


@get("/answers", opt=PERSON)
async def answers_page(request: Ask, work: InWork, who: FromQuery[str] = "") -> Response[str]:
    recent = [r for r in await past.of_patient(work.db, work.actor.patient_id) if r.answered_at > work.now - SHOWN_BACK]
    forms = {r.questionnaire_id: await questionnaires.form_of(work.db, r.questionnaire_id) for r in recent}
    newest = {forms[r.questionnaire_id].slug: forms[r.questionnaire_id] for r in recent}
    own = await _may_see_private(work.db, work.actor, who)
    by_form = {slug: _trends(form, [r for r in recent if r.slug == slug], own) for slug, form in newest.items()}
    return render.page(
        request,
        "phone/answers.html",
        recent=[(r, forms[r.questionnaire_id]) for r in reversed(recent)],
        by_form=[(newest[slug], trends) for slug, trends in by_form.items() if trends],
        zone=work.actor.zone,
        offers_private=work.actor.kind == ActorKind.PATIENT and not own,
    )


@get("/set-aside", opt=PERSON)
async def set_aside_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    """Entries that the clinic refused, and why. Only the device has them: pwa/rejected-entries.js fills in the page."""
    return render.page(request, "phone/rejected_entries.html", clinic=await people.clinic_of(db, actor))


@get("/help", opt=ANYONE)
async def help_page(request: Ask, db: Db) -> Response[str]:
    actor = request.user.person
    clinic = await db.get(Clinic, actor.clinic_id) if actor else None
    return render.page(request, "phone/help.html", clinic=clinic)


ROUTES = [home, sent_page, answers_page, set_aside_page, help_page]
