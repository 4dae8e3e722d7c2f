"""Staff decide which check-ins a patient gets."""

from datetime import time
from typing import Any

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from server import problems, render
from server.checkins import flow, rules
from server.checkins.rules import Rhythm
from server.clock import to_wall
from server.forms import a_time, form_of, text, whole
from server.people import flow as people
from server.people.guards import STAFF, Ask, Db, Now, Who
from server.problems import found


@post("/staff/patients/{patient_id:str}/plans", opt=STAFF)
async def add(request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await people.find_patient(db, actor, patient_id))
    form = await form_of(request)
    slug, rhythm = text(form, "slug", 60), text(form, "rhythm", 10)
    if slug not in await flow.offered(db, actor) or rhythm not in (*rules.RECURRING, *rules.TIED):
        return problems.answer(request, 422)
    weekday = whole(form, "weekday")
    chosen = Rhythm(
        rhythm=rhythm,
        at=a_time(form, "at") or time(10),
        starts_on=to_wall(now, patient.zone).date(),
        weekday=weekday if weekday in range(7) and rhythm == "weekly" else None,
    )
    await flow.add_plan(db, actor, patient, slug, chosen, now)
    return render.go(request, f"/staff/patients/{patient.id}#plans")


@post("/staff/patients/{patient_id:str}/plans/{plan_id:str}/end", opt=STAFF)
async def end(
    request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str], plan_id: FromPath[str]
) -> Response[Any]:
    plans = {plan.id: plan for plan in await flow.plans_of(db, patient_id) if plan.clinic_id == actor.clinic_id}
    if plan_id not in plans:
        raise NotFoundException
    await flow.end_plan(db, actor, plans[plan_id], now)
    return render.go(request, f"/staff/patients/{patient_id}#plans")


ROUTES = [add, end]
