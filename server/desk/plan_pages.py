"""Staff choose which check-ins a patient gets."""

from datetime import time
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server import double_presses
from server.actor import Actor
from server.appointments import appointment_reminders
from server.checkins import ended_plans, flow, plans
from server.checkins.models import Plan
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.clock import to_wall
from server.db import Work
from server.people import flow as people
from server.people import staff
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.responses.submission import closing
from server.web import render
from server.web.dependencies import STAFF, Ask, Db, InWork, Who
from server.web.form_fields import a_time, fields_of, form_of, is_yes, not_chosen, one_of, text, whole
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind


@post("/", opt=STAFF)
async def add(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    form = await form_of(request)
    slug, rhythm = text(form, "slug"), one_of(form, "rhythm", Rhythm)
    if slug not in await questionnaires.offered(work.db, work.actor):
        raise not_chosen(form, "slug")
    if rhythm is None:
        raise not_chosen(form, "rhythm")
    weekday = whole(form, "weekday")
    chosen = Timing(
        rhythm=rhythm,
        at=a_time(form, "at") or time(10),
        starts_on=to_wall(work.now, patient.zone).date(),
        weekday=weekday if weekday in range(7) and rhythm == Rhythm.WEEKLY else None,
    )
    await people.lock(work.db, patient)  # if two add the same plan at once, we ask the second
    if patient.has_care_ended:
        return render.go(request, f"/staff/patients/{patient.id}", Remark(RemarkKind.LATE))
    async with double_presses.press(work, fields_of(form)) as press:
        if not press.earlier:
            equal = [plan for plan in await plans.plans_of(work.db, patient.id) if plan.slug == slug]
            if equal and not is_yes(form, "anyway"):
                return await _twice_page(request, work, patient, equal, form)
            await appointment_reminders.tie_plan(work, patient, await flow.add_plan(work, patient, slug, chosen))
            press.onward = f"/staff/patients/{patient.id}#plans"
    return render.go(request, f"/staff/patients/{patient.id}#plans")


async def _twice_page(
    request: Ask, work: Work, patient: Patient, equal: list[Plan], form: FormMultiDict
) -> Response[str]:
    """The patient has this plan already: ask before it is added a second time (case 118)."""
    titles = await questionnaires.offered(work.db, work.actor)
    typed = [(name, value) for name, value in fields_of(form) if name != "once"]
    title = titles[equal[0].slug].title
    return render.page(request, "desk/plan_twice.html", 422, patient=patient, equal=equal, typed=typed, title=title)


@get("/{plan_id:str}/end", opt=STAFF)
async def end_page(
    request: Ask, db: Db, actor: Who, patient_id: FromPath[str], plan_id: FromPath[str]
) -> Response[str]:
    return await _end_page(request, db, actor, found(await ended_plans.find(db, actor, patient_id, plan_id)))


@post("/{plan_id:str}/end", opt=STAFF)
async def end(request: Ask, work: InWork, patient_id: FromPath[str], plan_id: FromPath[str]) -> Response[Any]:
    """End a plan. A plan protects the patient, so this needs a reason, and the next page offers to undo it.

    Answers that the patient has given already are submitted as a partial response (case 156).
    """
    plan = found(await ended_plans.find(work.db, work.actor, patient_id, plan_id))
    reason = text(await form_of(request), "reason")
    if not reason:
        return await _end_page(request, work.db, work.actor, plan, wrong=True)
    await people.lock(work.db, found(await people.find_patient(work.db, work.actor, patient_id)))
    await closing.submit_started(work, plan)
    was_pressed_twice = (plan.ended_by, plan.end_reason) == (work.actor.id, reason)
    if not await ended_plans.end(work, plan, reason) and not was_pressed_twice:
        return await _end_page(request, work.db, work.actor, plan, reason=reason)
    return render.go(request, f"/staff/patients/{patient_id}#plans", Remark(RemarkKind.DONE, plan.id))


async def _end_page(
    request: Ask, db: AsyncSession, actor: Actor, plan: Plan, wrong: bool = False, reason: str = ""
) -> Response[str]:
    """If a colleague has ended the plan meanwhile, the page says who and why, and keeps the typed reason."""
    definition = (await questionnaires.offered(db, actor)).get(plan.slug)
    return render.page(
        request,
        "desk/plan_end.html",
        422 if wrong else 409 if plan.ended_at is not None else 200,
        plan=plan,
        title=definition.title if definition else plan.slug,
        patient=found(await people.find_patient(db, actor, plan.patient_id)),
        wrong=wrong,
        reason=reason,
        ended_by=await staff.find_staff(db, actor, plan.ended_by or ""),
        zone=actor.zone,
    )


@post("/{plan_id:str}/resume", opt=STAFF)
async def resume(request: Ask, work: InWork, patient_id: FromPath[str], plan_id: FromPath[str]) -> Response[Any]:
    plan = found(await ended_plans.find(work.db, work.actor, patient_id, plan_id))
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    await people.lock(work.db, patient)
    resumed = not patient.has_care_ended and await ended_plans.resume(work, plan, patient)
    if resumed:
        await appointment_reminders.tie_plan(work, patient, plan)
    if not resumed and plan.ended_at is not None:
        return render.go(request, f"/staff/patients/{patient_id}", Remark(RemarkKind.LATE))
    return render.go(request, f"/staff/patients/{patient_id}#plans")


router = Router("/staff/patients/{patient_id:str}/plans", route_handlers=[add, end_page, end, resume])
