"""Join on a device, and sign out."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import rules, sessions
from server.access.cookies import (
    browser_of,
    carry,
    chosen_language,
    device_name,
    device_of,
    ended_cookie,
    tokens_of,
)
from server.access.guards import source_of
from server.access.joining import flow as joining
from server.access.joining import join_form
from server.access.joining.flow import Place
from server.access.joining.join_form import Tried
from server.access.platforms import APPLE
from server.access.shared_phone import flow as shared_phone
from server.actor import Actor, ActorKind
from server.db import Work
from server.people import flow
from server.people.models import Patient
from server.people.rules import Refused
from server.web import render
from server.web.dependencies import ANYONE, PERSON, Ask, Db, InWork, Now
from server.web.form_fields import form_of, text

# Only the page where the code is typed may use the camera, to scan the QR code.
CAMERA = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=()"}


@get("/join", opt=ANYONE, response_headers=CAMERA)
async def join_page(request: Ask, db: Db, now: Now) -> Response[str]:
    return await _form(request, db, now)


@post("/join/code", opt=ANYONE, response_headers=CAMERA)
async def check_code(request: Ask, db: Db, now: Now) -> Response[str]:
    """Show the privacy notice if the code is right. This does not use up the code."""
    typed = text(await form_of(request), "code", 40)
    found = await joining.check_code(db, typed, source_of(request), now, _place(request).is_app)
    if isinstance(found, Refused):
        return await _form(request, db, now, Tried(found, typed))
    notice = await join_form.notice(db, found, typed, request.user)
    return render.page(request, "access/consent.html", **notice)


@get("/join/not-me", opt=ANYONE, sync_to_thread=False)
def not_me(request: Ask) -> Response[str]:
    """Explain what to do with someone else's code. This neither reads nor uses up a code (case 145)."""
    return render.page(request, "access/not_me.html")


@post("/join", opt=ANYONE)
async def join(request: Ask, db: Db, now: Now) -> Response[Any]:
    form = await form_of(request)
    typed = text(form, "code", 40)
    joined = await joining.join(db, typed, text(form, "agree", 20), _place(request), source_of(request), now)
    if isinstance(joined, Refused):
        return await _form(request, db, now, Tried(joined, typed))
    await _keep_language(request, db, joined.device.patient_id, now)
    keeps = shared_phone.who_stay(request.user, joined, text(form, "keep", 10))
    tokens = await shared_phone.settle_in(db, joined, tokens_of(request), keeps, now)
    response = render.go(request, "/reminders")
    carry(request, response, tokens)
    return response


async def _keep_language(request: Ask, db: AsyncSession, patient_id: str | None, now: datetime) -> None:
    """A language that the patient chose before joining replaces the one that the clinic entered."""
    chosen = chosen_language(request)
    if patient_id and chosen:
        patient = await db.get_one(Patient, patient_id)
        await flow.set_language(Work(db, Actor(ActorKind.PATIENT, patient.id, patient.clinic_id), now), patient, chosen)


async def _form(request: Ask, db: AsyncSession, now: datetime, tried: Tried | None = None) -> Response[str]:
    shown = await join_form.form(db, browser_of(request), request.user, now, tried)
    return render.page(request, "access/join.html", tried.status if tried else 200, **shown)


def _place(request: Ask) -> Place:
    device = device_of(request)
    is_app = bool(device.is_app) and device.platform in APPLE
    return Place(device_name(request), device.needs_home_screen or device.may_need_home_screen, is_app)


@get("/privacy", opt=ANYONE, sync_to_thread=False)
def privacy_page(request: Ask) -> Response[str]:
    return render.page(request, "access/privacy.html", version=rules.CONSENT_VERSION)


@get("/sign-out", opt=PERSON, sync_to_thread=False)
def sign_out_page(request: Ask) -> Response[str]:
    return render.page(request, "access/sign_out.html")


@post("/sign-out", opt=PERSON)
async def sign_out(request: Ask, work: InWork) -> Response[Any]:
    """Sign out for this patient. A caregiver who also helps others continues with the next patient (case 97)."""
    await sessions.end_device(work, await sessions.own_device(work.db, work.actor))
    following = request.user.others[0] if request.user.others else None
    tokens = await shared_phone.switch(work.db, tokens_of(request), following.device_id) if following else None
    response = render.go(request, "/" if tokens else "/join")
    if tokens:
        carry(request, response, tokens)
    else:
        response.set_cookie(ended_cookie(request))
    return response


router = Router("/", route_handlers=[join_page, check_code, not_me, join, privacy_page, sign_out_page, sign_out])
