"""Settings of patients and caregivers: how the clinic contacts them."""

from typing import Any

from litestar import Response, Router, get, post

from server.people import flow as people
from server.people.models import Patient
from server.people.rules import ContactBy, NameInMessages, name_in_message
from server.web import problems, render
from server.web.dependencies import PATIENT, PERSON, Ask, Db, InWork, Who
from server.web.form_fields import form_of, one_of


@get("/", opt=PERSON, sync_to_thread=False)
def settings_page(request: Ask, actor: Who) -> Response[str]:
    return render.page(request, "phone/settings.html", actor=actor)


@get("/contact", opt=PATIENT)
async def contact_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    patient = await db.get_one(Patient, actor.patient_id)
    names = {each: name_in_message(patient.name, each) for each in NameInMessages}
    return render.page(request, "phone/contact.html", patient=patient, names=names)


@post("/contact", opt=PATIENT)
async def set_contact(request: Ask, work: InWork) -> Response[Any]:
    """Set how the clinic contacts the patient, so that it does not call a patient who can't speak."""
    contact = one_of(await form_of(request), "contact", ContactBy)
    if not contact:
        return problems.answer(request, 422)
    await people.set_contact(work, await work.db.get_one(Patient, work.actor.patient_id), contact)
    return render.go(request, "/settings/contact")


router = Router("/settings", route_handlers=[settings_page, contact_page, set_contact])
