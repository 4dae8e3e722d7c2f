"""The patient's and caregivers' devices: list, rename and sign out; end a caregiver's access."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import departures, device_replacement, sessions
from server.access.models import Device
from server.access.passkeys import registration
from server.actor import Actor, ActorKind
from server.language import gettext as _
from server.people import flow as people
from server.people.models import Caregiver
from server.web import render
from server.web.dependencies import PATIENT, PERSON, Ask, Db, InWork, Who
from server.web.form_fields import BadForm, form_of, line


@get("/phones", opt=PERSON)
async def phones_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return render.page(
        request,
        "phone/settings_phones.html",
        actor=actor,
        devices=await sessions.devices_of(db, actor.patient_id),
        helpers=await people.caregivers_of(db, actor.patient_id),
        passkeys=await registration.of_person(db, actor),
    )


@get("/devices/{device_id:str}/end", opt=PERSON)
async def ask_to_end_device(request: Ask, db: Db, actor: Who, device_id: FromPath[str]) -> Response[Any]:
    """Ask before another phone is signed out: that cannot be undone."""
    device = await _own_or_helped(db, actor, device_id)
    if device.id == actor.device_id:
        return render.go(request, "/sign-out")
    owner = await device_replacement.person_of(db, device)
    return render.page(request, "phone/sign_out_phone.html", device=device, whose=owner.name)


@post("/devices/{device_id:str}/end", opt=PERSON)
async def end_device(request: Ask, work: InWork, device_id: FromPath[str]) -> Response[Any]:
    """Sign out another device of the same patient."""
    device = await _own_or_helped(work.db, work.actor, device_id, with_ended=True)  # it may be pressed twice
    if device.ended_at is None:
        await sessions.end_device(work, device)
    return render.go(request, "/settings/phones")


async def _own_or_helped(db: AsyncSession, actor: Actor, device_id: str, with_ended: bool = False) -> Device:
    """Find a device that this person may manage, or 404.

    A patient manages their own devices and the caregivers', a caregiver only their own.
    """
    devices: list[Device] = await sessions.devices_of(db, actor.patient_id, with_ended)
    mine = {device.id: device for device in devices}
    device = mine.get(device_id)
    if device is None or (actor.kind == ActorKind.CAREGIVER and device.caregiver_id != actor.id):
        raise NotFoundException
    return device


@post("/device-names/{device_id:str}", opt=PERSON)
async def name_device(request: Ask, work: InWork, device_id: FromPath[str]) -> Response[Any]:
    device = await _own_or_helped(work.db, work.actor, device_id)
    form = await form_of(request)
    name = line(form, "name", 60)
    if not name:
        raise BadForm(form, {"name": _("Please enter a name.")})
    await sessions.rename(work, device, name)
    return render.go(request, "/settings/phones")


@get("/helpers/{caregiver_id:str}/end", opt=PATIENT)
async def ask_to_end_caregiver(request: Ask, db: Db, actor: Who, caregiver_id: FromPath[str]) -> Response[str]:
    """Ask before a caregiver's access ends: that cannot be undone."""
    return render.page(request, "phone/end_helper.html", helper=await _helper(db, actor, caregiver_id))


@post("/helpers/{caregiver_id:str}/end", opt=PATIENT)
async def end_caregiver(request: Ask, work: InWork, caregiver_id: FromPath[str]) -> Response[Any]:
    """End a caregiver's access on all their devices."""
    helper = await _helper(work.db, work.actor, caregiver_id, with_ended=True)  # it may be pressed twice
    if helper.ended_at is None:
        await departures.end_caregiver(work, helper)
    return render.go(request, "/settings/phones")


async def _helper(db: AsyncSession, actor: Actor, caregiver_id: str, with_ended: bool = False) -> Caregiver:
    """One of the patient's own caregivers, or 404."""
    mine = {caregiver.id: caregiver for caregiver in await people.caregivers_of(db, actor.patient_id, with_ended)}
    if caregiver_id not in mine:
        raise NotFoundException
    return mine[caregiver_id]


router = Router(
    "/settings",
    route_handlers=[
        phones_page,
        ask_to_end_device,
        end_device,
        name_device,
        ask_to_end_caregiver,
        end_caregiver,
    ],
)
