"""Staff book one appointment or a series."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server import double_presses
from server.actor import Actor
from server.appointments import booking, conflicts, rules
from server.appointments.booking import NewAppointment, NewSeries
from server.appointments.conflicts import Conflict
from server.appointments.rules import BadAppointment
from server.db import Work
from server.people import flow as people
from server.people.models import Patient
from server.web import edits, render
from server.web.dependencies import STAFF, Ask, Db, InWork, Who
from server.web.form_fields import a_date, a_time, fields_of, form_of, line, text, texts, whole
from server.web.rendering.remarks import Remark, RemarkKind


@get("/new", opt=STAFF)
async def new_page(request: Ask, db: Db, actor: Who, patient: FromQuery[str] = "") -> Response[Any]:
    chosen = await people.find_patient(db, actor, patient)
    if chosen is not None and chosen.has_care_ended:
        return render.go(request, f"/staff/patients/{chosen.id}", Remark(RemarkKind.LATE))
    return await _form(request, db, actor, patient, {}, None)


@post("/", opt=STAFF)
async def book(request: Ask, work: InWork) -> Response[Any]:
    form = await form_of(request)
    typed: dict[str, Any] = {name: text(form, name) for name in ("date", "time", "count", "minutes", "instructions")}
    typed["place"] = line(form, "place", rules.PLACE)
    weekdays = frozenset(int(day) for day in texts(form, "weekday") if day in tuple("0123456"))
    typed["weekdays"] = weekdays
    patient = await people.find_patient(work.db, work.actor, text(form, "patient"))
    day, hour = a_date(form, "date"), a_time(form, "time")
    lacks = [name for name, value in (("patient", patient), ("date", day), ("time", hour)) if value is None]
    if patient is None or day is None or hour is None:
        bad = BadAppointment("missing", fields=lacks)
        return await _form(request, work.db, work.actor, text(form, "patient"), typed, bad)
    await people.lock(work.db, patient)
    try:
        rules.check_care(patient.has_care_ended)  # a colleague may have ended care while the form was open
        minutes = rules.check_length(whole(form, "minutes") if typed["minutes"] else 60)
        new = NewAppointment(datetime.combine(day, hour), minutes, typed["place"], typed["instructions"] or None)
        series = NewSeries(new, weekdays, (whole(form, "count") or 0) if typed["count"] else 1)
        async with double_presses.press(work, fields_of(form)) as press:
            if not press.earlier:
                against = await _conflicts(work, patient, series)
                if against and not edits.goes_on(form, "anyway", conflicts.described(against)):
                    return await _form(request, work.db, work.actor, patient.id, typed, against)
                async with work.db.begin_nested():
                    await booking.book_series(work, patient, series)
                press.onward = f"/staff/patients/{patient.id}#visits"
    except BadAppointment as bad:
        return await _form(request, work.db, work.actor, patient.id, typed, bad)
    return render.go(request, f"/staff/patients/{patient.id}#visits")


async def _conflicts(work: Work, patient: Patient, series: NewSeries) -> list[Conflict]:
    days = rules.series_days(series.first.starts.date(), series.weekdays, series.count)
    hour = series.first.starts.time()
    starts = [datetime.combine(day, hour) for day in days]
    return await conflicts.of_times(work, patient, starts, series.first.minutes)


async def _form(
    request: Ask,
    db: AsyncSession,
    actor: Actor,
    patient_id: str,
    typed: dict[str, Any],
    against: BadAppointment | list[Conflict] | None,
) -> Response[str]:
    clinic = await people.clinic_of(db, actor)
    chosen: Patient | None = await people.find_patient(db, actor, patient_id)
    return render.page(
        request,
        "appointments/new.html",
        422 if against else 200,
        against.fields if isinstance(against, BadAppointment) else (),
        patients=[each for each in await people.roster(db, actor) if not each.has_care_ended or each is chosen],
        chosen=chosen,
        clinic=clinic,
        typed=typed,
        bad=against if isinstance(against, BadAppointment) else None,
        conflicts=against if isinstance(against, list) else [],
        asked=edits.asked(conflicts.described(against)) if isinstance(against, list) else "",
    )


router = Router("/staff/visits", route_handlers=[new_page, book])
