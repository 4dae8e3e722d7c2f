"""An admin edits the on-call rota: who is notified next when nobody takes a flag."""

from collections.abc import Mapping
from dataclasses import dataclass

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.people import flow, on_call, staff
from server.people.models import Staff
from server.people.on_call import Contact
from server.people.rules import Refused
from server.phone_numbers.parts import BadNumbers
from server.settings import Settings
from server.web import render
from server.web.dependencies import ADMIN, Ask, Db, Given, InWork, Who
from server.web.form_fields import form_of, text, whole


@dataclass(frozen=True)
class Filled:
    """The form as shown, and the result of saving it. Without `contacts` it shows the stored rota."""

    wait: int
    contacts: Mapping[str, Contact] | None = None
    refused: Refused | BadNumbers | None = None
    is_saved: bool = False


@get("/", opt=ADMIN)
async def on_call_page(request: Ask, db: Db, actor: Who, settings: Given) -> Response[str]:
    clinic = await flow.clinic_of(db, actor)
    return await _page(request, db, actor, settings, Filled(clinic.on_call_wait))


@post("/", opt=ADMIN)
async def change(request: Ask, work: InWork, settings: Given) -> Response[str]:
    form, team = await form_of(request), await staff.team(work.db, work.actor)
    contacts = {member.id: _contact(form, member) for member in team}
    wait, clinic = whole(form, "wait") or 0, await flow.clinic_of(work.db, work.actor)
    try:
        refused = await on_call.change(work, clinic, contacts, wait)
    except BadNumbers as bad:
        return await _page(request, work.db, work.actor, settings, Filled(wait, contacts, bad))
    return await _page(
        request, work.db, work.actor, settings, Filled(wait, contacts, refused, is_saved=refused is None)
    )


def _contact(form: FormMultiDict, member: Staff) -> Contact:
    place = whole(form, f"place-{member.id}")
    return Contact(place if place and place > 0 else None, text(form, f"phone-{member.id}"))


async def _page(request: Ask, db: AsyncSession, actor: Actor, settings: Settings, filled: Filled) -> Response[str]:
    team, refused = await staff.team(db, actor), filled.refused
    contacts = filled.contacts or {member.id: Contact(member.on_call, member.phone or "") for member in team}
    places = {member.id: contacts[member.id].place or len(team) + 1 for member in team}
    return render.page(
        request,
        "people/on_call.html",
        422 if refused else 200,
        _wrong_fields(filled, contacts),
        team=sorted(team, key=lambda member: places[member.id]),
        contacts=contacts,
        wait=filled.wait,
        waits=on_call.WAITS,
        refused="phone" if isinstance(refused, BadNumbers) else refused and refused.why,
        bad_numbers=refused.by_field if isinstance(refused, BadNumbers) else {},
        country=(await flow.clinic_of(db, actor)).country,
        saved=filled.is_saved,
        has_text=bool(settings.text_url),
        has_email=bool(settings.smtp_url),
    )


def _wrong_fields(filled: Filled, contacts: Mapping[str, Contact]) -> list[str]:
    """The fields that a refusal speaks of; a number says by itself what is wrong with it."""
    refused = filled.refused
    if refused is None or isinstance(refused, BadNumbers):
        return []
    if refused.why == "wait":
        return ["wait"]
    places = [contact.place for contact in contacts.values() if contact.place]
    return [f"place-{who}" for who, contact in contacts.items() if places.count(contact.place or 0) > 1]


router = Router("/staff/clinic/on-call", route_handlers=[on_call_page, change])
