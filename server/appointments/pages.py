"""One appointment for staff: look at it, move it, mark it, correct it, record a reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from server.appointments import conflicts, flow, rules
from server.appointments.conflicts import Conflict
from server.appointments.flow import Details
from server.appointments.models import Appointment
from server.appointments.replies import flow as replies
from server.appointments.rules import AppointmentStatus, BadAppointment
from server.audit import AuditVerb
from server.db import Work
from server.people import staff
from server.people.models import Patient
from server.people.staff import LatestChange
from server.reminders import flow as reminders
from server.reminders import status
from server.reminders.states import Reply
from server.web import edits, render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import a_date, a_time, form_of, line, not_chosen, one_of, text, way_back, whole
from server.web.problems import found

# The changes that make the form to correct a visit out of date.
CHANGES: tuple[AuditVerb, ...] = ("appointment.corrected",)


@get("/", opt=STAFF)
async def appointment_page(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[str]:
    return await _page(request, work, Shown(found(await flow.find(work.db, work.actor, appointment_id))))


@post("/move", opt=STAFF)
async def move(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    appointment = found(await flow.find_locked(work, appointment_id))
    form = await form_of(request)
    day, hour = a_date(form, "date"), a_time(form, "time")
    if day is None or hour is None:
        lacks = [name for name, value in (("date", day), ("time", hour)) if value is None]
        return await _page(request, work, Shown(appointment, bad=BadAppointment("missing", fields=lacks), moving=True))
    starts = datetime.combine(day, hour)
    if edits.is_older(text(form, "shown", 200), appointment.shown_to_mark):
        is_done = starts == appointment.starts  # pressed twice, or by a colleague too
        return (
            _back(request, appointment)
            if is_done
            else await _page(request, work, Shown(appointment, starts, BadAppointment("changed"), moving=True))
        )
    patient = await work.db.get_one(Patient, appointment.patient_id)
    try:
        rules.check_care(patient.has_care_ended)  # before we ask staff about a time that no visit can have
        against = await conflicts.of_times(work, patient, [starts], appointment.minutes, appointment)
        if against and not edits.goes_on(form, "anyway", conflicts.described(against)):
            return await _page(request, work, Shown(appointment, starts, conflicts=against))
        await flow.move(work, appointment, starts)
    except BadAppointment as bad:
        return await _page(request, work, Shown(appointment, starts, bad, moving=True))
    return _back(request, appointment)


@post("/mark", opt=STAFF)
async def mark(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    appointment = found(await flow.find_locked(work, appointment_id))
    form = await form_of(request)
    status = one_of(form, "status", AppointmentStatus)
    if status is None:
        raise not_chosen(form, "status")
    if status == appointment.status:  # pressed twice, or by a colleague too
        return _back(request, appointment)
    if edits.is_older(text(form, "shown", 200), appointment.shown_to_mark):
        return await _page(request, work, Shown(appointment, bad=BadAppointment("changed")))
    asks = (
        rules.may_become(appointment.status, status) and text(form, "anyway") != status
    )  # staff have confirmed another mark, or none yet
    if asks and (against := conflicts.of_mark(appointment, status, work.now)):
        return await _page(request, work, Shown(appointment, conflicts=against, status=status))
    try:
        if not await flow.mark(work, appointment, status):
            raise BadAppointment("status")
    except BadAppointment as bad:
        return await _page(request, work, Shown(appointment, bad=bad))
    return _back(request, appointment)


@post("/correct", opt=STAFF)
async def correct(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    """Change place, length and instructions. We notify the patient of a new place or instructions."""
    appointment = found(await flow.find_locked(work, appointment_id))
    merged = edits.merge(await form_of(request), _details(appointment))
    form = merged.form
    details = Details(line(form, "place", rules.PLACE), whole(form, "minutes") or 0, text(form, "instructions") or None)
    if merged.changed:
        latest = await staff.latest_change(work.db, work.actor, CHANGES, appointment.id)
        return await _page(request, work, Shown(appointment, details=details, changed=merged.changed, latest=latest))
    try:
        against = await conflicts.of_length(work, appointment, rules.check_length(details.minutes))
        if against and not edits.goes_on(form, "anyway", conflicts.described(against)):
            return await _page(request, work, Shown(appointment, conflicts=against, details=details))
        await flow.correct(work, appointment, details)
    except BadAppointment as bad:
        return await _page(request, work, Shown(appointment, bad=bad, details=details))
    return _back(request, appointment)


@post("/reply", opt=STAFF)
async def record_reply(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    """Record a reply that the patient gave on the phone or at the desk (case 119)."""
    appointment = found(await flow.find_locked(work, appointment_id))
    form = await form_of(request)
    reply = one_of(form, "reply", Reply)
    if reply is None:
        raise not_chosen(form, "reply")
    if edits.is_older(text(form, "shown", 200), appointment.shown_to_reply):
        is_done = reply == appointment.reply and appointment.replied_by == work.actor.kind
        return (
            _back(request, appointment)
            if is_done
            else await _page(request, work, Shown(appointment, bad=BadAppointment("changed")))
        )
    if not rules.may_reply(appointment.status, appointment.starts_at, work.now):
        return await _page(request, work, Shown(appointment, bad=BadAppointment("over")))
    await replies.answer(work, appointment, reply)
    return render.go(request, way_back(form, f"/staff/visits/{appointment.id}"))


def _details(appointment: Appointment) -> dict[str, str]:
    """The fields of the form that corrects a visit, as the page shows them."""
    minutes, instructions = str(appointment.minutes), appointment.instructions or ""
    return {"place": appointment.place, "minutes": minutes, "instructions": instructions}


def _back(request: Ask, appointment: Appointment) -> Response[Any]:
    return render.go(request, f"/staff/visits/{appointment.id}")


@dataclass(frozen=True)
class Shown:
    """The page of an appointment: the typed values, and the faults and conflicts that they have.

    `status`: the mark that staff must confirm. `changed`: fields that somebody has corrected since the page was
    opened; `latest`: who did.
    """

    appointment: Appointment
    starts: datetime | None = None
    bad: BadAppointment | None = None
    conflicts: Sequence[Conflict] = ()
    status: AppointmentStatus | None = None
    details: Details | None = None
    changed: Mapping[str, str] = field(default_factory=dict)
    latest: LatestChange | None = None
    moving: bool = False

    @property
    def http_status(self) -> int:
        is_older = self.changed or (self.bad and self.bad.why == "changed")
        return 409 if is_older else 422 if self.bad or self.conflicts else 200


async def _page(request: Ask, work: Work, shown: Shown) -> Response[str]:
    appointment = shown.appointment
    patient = await work.db.get_one(Patient, appointment.patient_id)
    return render.page(
        request,
        "appointments/visit.html",
        shown.http_status,
        shown.bad.fields if shown.bad else (),
        visit=appointment,
        patient=patient,
        reminders=await status.with_attempts(work.db, await reminders.of_subject(work.db, appointment.id)),
        steps=rules.next_steps(appointment.status, patient.has_care_ended),
        bad=shown.bad,
        moving=shown.moving,
        conflicts=shown.conflicts,
        asked=edits.asked(conflicts.described(shown.conflicts)),
        wanted=shown.status,
        to=shown.starts or appointment.starts,
        details=shown.details or appointment,
        correcting=shown.details is not None,
        changed=shown.changed,
        latest=shown.latest,
        seen=edits.marks(_details(appointment)),
        may_reply=rules.may_reply(appointment.status, appointment.starts_at, work.now),
        replies=tuple(Reply),
        caregiver=await replies.caregiver_who_replied(work.db, appointment),
    )


router = Router(
    "/staff/visits/{appointment_id:str}",
    route_handlers=[appointment_page, move, mark, correct, record_reply],
)
