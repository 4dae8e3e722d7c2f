"""Staff list, register and edit patients, and add caregivers."""

from datetime import date
from typing import Any, Literal

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server import double_presses, language, places
from server.actor import Actor
from server.audit import AuditVerb
from server.language import gettext as _
from server.people import clinics, flow, staff
from server.people.flow import NewPatient
from server.people.models import Patient
from server.people.patients import look_alikes
from server.people.patients.identity import is_sought, read_birth_date
from server.people.patients.months import months
from server.people.rules import ContactBy
from server.phone_numbers.parts import BadNumber, BadNumbers
from server.typed import email_address
from server.typed.text import is_blank
from server.web import edits, render
from server.web.dependencies import STAFF, Ask, Db, InWork, Who
from server.web.edits import Merged
from server.web.form_fields import BadForm, fields_of, form_of, line, one_of, text
from server.web.problems import found

PatientFault = Literal["name", "email", "birth_date", "zone"]

# The acts that change what the form shows.
CHANGES: tuple[AuditVerb, ...] = ("patient.changed", "patient.contact", "patient.language")


@get("/", opt=STAFF)
async def roster_page(request: Ask, db: Db, actor: Who, q: FromQuery[str] = "") -> Response[str]:
    roster = await flow.roster(db, actor)
    patients = [patient for patient in roster if is_sought(look_alikes.identity_of(patient), q, months())]
    return render.page(request, "people/roster.html", patients=patients, q=q)


@get("/new", opt=STAFF)
async def new_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    clinic = await flow.clinic_of(db, actor)
    return render.page(
        request,
        "people/patient_form.html",
        patient=None,
        form=None,
        fault=None,
        bad_numbers={},
        alike=[],
        seen="",
        changed={},
        latest=None,
        zone=clinic.zone,
        country=clinic.country,
    )


@post("/", opt=STAFF)
async def register(request: Ask, work: InWork) -> Response[Any]:
    form = await form_of(request)
    new = _new_patient(form)
    if fault := _fault(new, work.now.date()):
        return await _refused(request, work.db, work.actor, new, fault)
    await clinics.locked(work)  # if two staff register the same person at once, the second is asked (case 114)
    async with double_presses.press(work, fields_of(form)) as press:
        if press.earlier:
            return render.go(request, press.earlier)
        alike = await look_alikes.find(work, new)
        if alike and not edits.goes_on(form, "another", look_alikes.described(alike)):
            return await _refused(request, work.db, work.actor, new, alike)
        try:
            patient = await flow.register_patient(work, new)
        except BadNumbers as bad:
            return await _refused(request, work.db, work.actor, new, bad)
        press.onward = f"/staff/patients/{patient.id}"
    return render.go(request, press.onward)


@get("/{patient_id:str}/edit", opt=STAFF)
async def edit_page(request: Ask, db: Db, actor: Who, patient_id: FromPath[str]) -> Response[str]:
    patient = found(await flow.find_patient(db, actor, patient_id))
    return render.page(
        request,
        "people/patient_form.html",
        patient=patient,
        form=patient,
        fault=None,
        bad_numbers={},
        alike=[],
        seen=edits.marks(_shown(patient)),
        changed={},
        latest=None,
        zone=patient.zone,
        country=(await flow.clinic_of(db, actor)).country,
    )


@post("/{patient_id:str}/edit", opt=STAFF)
async def edit(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await flow.find_patient(work.db, work.actor, patient_id))
    await flow.lock(work.db, patient)
    merged = edits.merge(await form_of(request), _shown(patient))
    form = merged.form
    new = _new_patient(form)
    if merged.changed:
        return await _refused(request, work.db, work.actor, new, merged, patient)
    if fault := _fault(new, work.now.date()):
        return await _refused(request, work.db, work.actor, new, fault, patient)
    alike = await look_alikes.find(work, new, patient.id) if look_alikes.is_renamed(patient, new) else []
    if alike and not edits.goes_on(form, "another", look_alikes.described(alike)):
        return await _refused(request, work.db, work.actor, new, alike, patient)
    try:
        await flow.change_patient(work, patient, new)
    except BadNumbers as bad:
        return await _refused(request, work.db, work.actor, new, bad, patient)
    return render.go(request, f"/staff/patients/{patient.id}")


async def _refused(
    request: Ask,
    db: AsyncSession,
    actor: Actor,
    new: NewPatient,
    fault: PatientFault | BadNumbers | list[Patient] | Merged,
    patient: Patient | None = None,
) -> Response[str]:
    """The form as typed, with its errors."""
    bad_numbers: dict[str, BadNumber] = fault.by_field if isinstance(fault, BadNumbers) else {}
    changed = fault.changed if isinstance(fault, Merged) else {}
    return render.page(
        request,
        "people/patient_form.html",
        409 if isinstance(fault, Merged) else 422,
        (fault,) if isinstance(fault, str) else (),
        patient=patient,
        form=new,
        seen=edits.marks(_shown(patient)) if patient else "",
        changed=changed,
        latest=await staff.latest_change(db, actor, CHANGES, patient.id) if patient and changed else None,
        fault="numbers" if bad_numbers else fault if isinstance(fault, str) else None,
        alike=fault if isinstance(fault, list) else [],
        asked=edits.asked(look_alikes.described(fault)) if isinstance(fault, list) else "",
        bad_numbers=bad_numbers,
        zone=new.zone,
        country=(await flow.clinic_of(db, actor)).country,
    )


def _shown(patient: Patient) -> dict[str, str]:
    """The form's fields as the page shows them."""
    contact = ("phone", "email", "caregiver_phone", "contact")
    own = ("name", "zone", *contact, "instructions", "birth_date", "record_number")
    return {field: getattr(patient, field) or "" for field in own} | {"language": patient.locale}


def _new_patient(form: FormMultiDict) -> NewPatient:
    return NewPatient(
        name=line(form, "name", 120),
        zone=places.place_of(text(form, "zone", 64)) or text(form, "zone", 64),
        phone=text(form, "phone") or None,
        email=line(form, "email", 200) or None,
        caregiver_phone=text(form, "caregiver_phone") or None,
        contact=one_of(form, "contact", ContactBy) or ContactBy.NOT_CHOSEN,
        instructions=text(form, "instructions") or None,
        locale=language.supported(text(form, "language", 10)),
        birth_date=line(form, "birth_date", 40) or None,
        record_number=line(form, "record_number", 40) or None,
    )


def _fault(new: NewPatient, today: date) -> PatientFault | None:
    if is_blank(new.name):
        return "name"
    if new.email and email_address.read(new.email) is None:
        return "email"
    if new.birth_date and read_birth_date(new.birth_date, today) is None:
        return "birth_date"
    return None if places.is_place(new.zone) else "zone"


@post("/{patient_id:str}/caregivers", opt=STAFF)
async def add_caregiver(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await flow.find_patient(work.db, work.actor, patient_id))
    form = await form_of(request)
    name, relation = line(form, "name", 120), line(form, "relation", 40)
    if not name:
        raise BadForm(form, {"name": _("Please enter a name.")})
    async with double_presses.press(work, fields_of(form)) as press:
        if not press.earlier:
            await flow.add_caregiver(work, patient, name, relation)
            press.onward = f"/staff/patients/{patient.id}#people"
    return render.go(request, f"/staff/patients/{patient.id}#people")


router = Router("/staff/patients", route_handlers=[roster_page, new_page, register, edit_page, edit, add_caregiver])
