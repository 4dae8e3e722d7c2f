"""The on-call rota: staff members in order, with the numbers to reach them when nobody takes a flag."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.db import Work
from server.people import flow as people
from server.people import staff
from server.people.models import Clinic, Staff
from server.people.rules import Refused
from server.phone_numbers import reading as numbers

WAITS = (5, 60)  # minutes
RotaFault = Literal["twice", "wait"]


@dataclass(frozen=True)
class Contact:
    """`place` in the rota, None for not on call; `phone` is "" for none."""

    place: int | None
    phone: str


async def order(db: AsyncSession, clinic_id: str) -> list[Staff]:
    """The rota of this clinic, first contact first."""
    found = select(Staff).where(Staff.clinic_id == clinic_id, Staff.on_call.is_not(None), Staff.ended_at.is_(None))
    return list(await db.scalars(found.order_by(Staff.on_call, Staff.id)))


async def change(work: Work, clinic: Clinic, contacts: Mapping[str, Contact], wait: int) -> Refused | None:
    """Set the place and number of each staff member (by id), and how many minutes an urgent flag waits for each.

    Returns Refused, having changed nothing, for a shared place or a wait out of bounds. Raises BadNumbers by staff id.
    An unchanged number is kept even if it cannot be parsed.
    """
    if fault := _fault(contacts, wait):
        return Refused(fault)
    team = [member for member in await staff.team(work.db, work.actor) if member.id in contacts]
    typed = {m.id: contacts[m.id].phone for m in team if contacts[m.id].phone != (m.phone or "")}
    read = partial(numbers.read_for_texts, text_countries=clinic.text_countries or [clinic.country])
    changed = numbers.read_all(typed, clinic.country, read)
    for member in team:
        place = contacts[member.id].place
        if member.on_call != place or member.id in changed:
            member.on_call = place
            if member.id in changed:
                people.set_number(member, "phone", changed[member.id])
            audit.record(work, "staff.on-call", member, place=place or 0)
    if clinic.on_call_wait != wait:
        clinic.on_call_wait = wait
        audit.record(work, "clinic.on-call-wait", clinic, minutes=wait)
    return None


def _fault(contacts: Mapping[str, Contact], wait: int) -> RotaFault | None:
    places = [contact.place for contact in contacts.values() if contact.place is not None]
    if len(set(places)) != len(places):
        return "twice"
    return None if WAITS[0] <= wait <= WAITS[1] else "wait"
