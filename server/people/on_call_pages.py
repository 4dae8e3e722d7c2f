"""An admin edits the on-call rota: who is notified next when nobody takes a flag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.audit import AuditVerb
from server.people import clinics, flow, on_call, staff
from server.people.models import Clinic, Staff
from server.people.on_call import Contact
from server.people.rules import Refused
from server.people.staff import LatestChange
from server.people.texting import numbers
from server.phone_numbers.parts import BadNumbers
from server.settings import Settings
from server.web import edits, render
from server.web.dependencies import ADMIN, Ask, Db, Given, InWork, Who
from server.web.form_fields import form_of, text, whole

CHANGES: tuple[AuditVerb, ...] = ("staff.on-call", "clinic.on-call-wait")  # the acts that change what the form shows


@dataclass(frozen=True)
class Filled:
    """The form as shown, and the result of saving it. Without `contacts` it shows the stored rota.

    `changed`: fields that somebody has changed since the page was opened; `latest`: who.
    """

    wait: int
    contacts: Mapping[str, Contact] | None = None
    refused: Refused | BadNumbers | None = None
    changed: Mapping[str, str] = field(default_factory=dict)
    latest: LatestChange | None = None
    is_saved: bool = False

    @property
    def status(self) -> int:
        return 409 if self.changed else 422 if self.refused else 200


@get("/", opt=ADMIN)
async def on_call_page(request: Ask, db: Db, actor: Who, settings: Given) -> Response[str]:
    clinic = await flow.clinic_of(db, actor)
    return await _page(request, db, actor, settings, Filled(clinic.on_call_wait))


@post("/", opt=ADMIN)
async def change(request: Ask, work: InWork, settings: Given) -> Response[str]:
    clinic, team = await clinics.locked(work), await staff.team(work.db, work.actor)
    merged = edits.merge(await form_of(request), _shown(clinic, team))
    contacts = {member.id: _contact(merged.form, member) for member in team}
    wait = whole(merged.form, "wait") or 0
    if merged.changed:
        subjects = (clinic.id, *(member.id for member in team))
        latest = await staff.latest_change(work.db, work.actor, CHANGES, *subjects)
        late = Filled(wait, contacts, changed=merged.changed, latest=latest)
        return await _page(request, work.db, work.actor, settings, late)
    try:
        refused = await on_call.change(work, clinic, contacts, wait)
    except BadNumbers as bad:
        return await _page(request, work.db, work.actor, settings, Filled(wait, contacts, bad))
    return await _page(
        request, work.db, work.actor, settings, Filled(wait, contacts, refused, is_saved=refused is None)
    )


def _shown(clinic: Clinic, team: Sequence[Staff]) -> dict[str, str]:
    """The form's fields as the page shows them."""
    return (
        {"wait": str(clinic.on_call_wait)}
        | {f"place-{member.id}": str(member.on_call or "") for member in team}
        | {f"phone-{member.id}": member.phone or "" for member in team}
    )


def _contact(form: FormMultiDict, member: Staff) -> Contact:
    place = whole(form, f"place-{member.id}")
    return Contact(place if place and place > 0 else None, text(form, f"phone-{member.id}"))


async def _page(request: Ask, db: AsyncSession, actor: Actor, settings: Settings, filled: Filled) -> Response[str]:
    team, refused, clinic = await staff.team(db, actor), filled.refused, await flow.clinic_of(db, actor)
    contacts = filled.contacts or {member.id: Contact(member.on_call, member.phone or "") for member in team}
    places = {member.id: contacts[member.id].place or len(team) + 1 for member in team}
    return render.page(
        request,
        "people/on_call.html",
        filled.status,
        _wrong_fields(filled, contacts),
        seen=edits.marks(_shown(clinic, team)),
        changed=filled.changed,
        latest=filled.latest,
        team=sorted(team, key=lambda member: places[member.id]),
        contacts=contacts,
        wait=filled.wait,
        waits=on_call.WAITS,
        refused="phone" if isinstance(refused, BadNumbers) else refused and refused.why,
        bad_numbers=refused.by_field if isinstance(refused, BadNumbers) else {},
        blocked=await numbers.blocked(db, {member.phone_tel_hash for member in team if member.phone_tel_hash}),
        zone=actor.zone,
        country=clinic.country,
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
