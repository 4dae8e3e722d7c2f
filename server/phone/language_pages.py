"""Choose a language while joining, in settings or as staff: one press on the language's own name."""

from typing import Any

from litestar import Response, Router, get, post

from server import language
from server.access.cookies import language_cookie
from server.actor import ActorKind
from server.people import flow
from server.people.models import Patient
from server.web import problems, render
from server.web.dependencies import ANYONE, PERSON, Ask, InWork
from server.web.form_fields import form_of, text

BACK = {"join": "/join", "account": "/staff/account"}


@post("/language", opt=ANYONE)
async def choose(request: Ask) -> Response[Any]:
    """Set the language of this browser, whoever uses it."""
    form = await form_of(request)
    chosen = text(form, "language", 10)
    if chosen not in language.LANGUAGES:
        return problems.answer(request, 422)
    response = render.go(request, BACK.get(text(form, "back", 10), "/join"))
    response.set_cookie(language_cookie(request, chosen))
    return response


@get("/settings/language", opt=PERSON, sync_to_thread=False)
def language_page(request: Ask) -> Response[str]:
    return render.page(request, "phone/language.html")


@post("/settings/language", opt=PERSON)
async def set_language(request: Ask, work: InWork) -> Response[Any]:
    """Set the language: a patient's for all devices and notifications, a caregiver's for this device only."""
    chosen = text(await form_of(request), "language", 10)
    if chosen not in language.LANGUAGES:
        return problems.answer(request, 422)
    if work.actor.kind == ActorKind.PATIENT:
        await flow.set_language(work, await work.db.get_one(Patient, work.actor.patient_id), chosen)
    response = render.go(request, "/settings")
    response.set_cookie(language_cookie(request, chosen))
    return response


router = Router("/", route_handlers=[choose, language_page, set_language])
