"""The patient's other device or a trusted caregiver approves a new device by the number it shows."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.joining import approvers
from server.access.joining import requests as join_requests
from server.actor import Actor
from server.people import flow
from server.people.rules import Refused
from server.web import render
from server.web.dependencies import PATIENT, PERSON, Ask, Db, InWork, Who
from server.web.form_fields import form_of, is_yes, text


@get(["/phones/add", "/phones/let-in"], opt=PERSON)
async def own_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return await _own_page(request, db, actor)


@post(["/phones/add", "/phones/let-in"], opt=PERSON)
async def approve_own_device(request: Ask, work: InWork) -> Response[Any]:
    """Approve a new device of the person whose button was pressed."""
    form = await form_of(request)
    whose = {person.id: person for person in await approvers.approvable(work.db, work.actor)}
    person = whose.get(text(form, "whose", 32))
    if person is None:
        raise NotFoundException
    patient, caregiver = await approvers.pair_of(work.db, person)
    typed = text(form, "code", 40)
    done = await join_requests.approve(work, typed, patient, caregiver)
    if isinstance(done, Refused):
        return await _own_page(request, work.db, work.actor, done, typed)
    return render.page(request, "access/device_approved.html", device_name=done.device_name)


async def _own_page(
    request: Ask, db: AsyncSession, actor: Actor, refused: Refused | None = None, typed: str = ""
) -> Response[str]:
    whose = await approvers.approvable(db, actor)
    status = 422 if refused else 200
    return render.page(
        request, "access/approve_device.html", status, actor=actor, whose=whose, refused=refused, typed=typed
    )


@post("/helpers/{caregiver_id:str}/allow", opt=PATIENT)
async def allow(request: Ask, work: InWork, caregiver_id: FromPath[str]) -> Response[Any]:
    caregivers = {caregiver.id: caregiver for caregiver in await flow.caregivers_of(work.db, work.actor.patient_id)}
    if caregiver_id not in caregivers:
        raise NotFoundException
    allowed = is_yes(await form_of(request), "allowed")
    await approvers.allow(work, caregivers[caregiver_id], allowed)
    return render.go(request, "/settings/phones")


router = Router("/settings", route_handlers=[own_page, approve_own_device, allow])
