"""Who is on call, in which order, by which number: told when nobody takes a flag."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.people import staff_flow
from server.people.models import Clinic, Staff
from server.people.rules import Refused

WAITS = (5, 60)  # minutes
DIGITS = (7, 15)  # of a number, the country's code included


@dataclass(frozen=True)
class Contact:
    """`place` in the order, None for not on call; `phone` "" for none."""

    place: int | None
    phone: str


async def order(db: AsyncSession, clinic_id: str) -> list[Staff]:
    """The first to be told first."""
    found = select(Staff).where(Staff.clinic_id == clinic_id, Staff.on_call.is_not(None), Staff.ended_at.is_(None))
    return list(await db.scalars(found.order_by(Staff.on_call, Staff.id)))


async def change(
    db: AsyncSession, actor: Actor, clinic: Clinic, contacts: Mapping[str, Contact], wait: int, now: datetime
) -> Refused | None:
    """Everybody's place and number, by staff id; how long a red flag waits for each. All or, where refused, nothing."""
    if fault := _fault(contacts, wait):
        return Refused(fault)
    for member in await staff_flow.team(db, actor):
        said = contacts.get(member.id)
        if said is not None and (member.on_call, member.phone or "") != (said.place, said.phone):
            member.on_call, member.phone = said.place, said.phone or None
            audit.record(db, actor, "staff.on-call", member, now, place=said.place or 0)
    if clinic.on_call_wait != wait:
        clinic.on_call_wait = wait
        audit.record(db, actor, "clinic.on-call-wait", clinic, now, minutes=wait)
    return None


def _fault(contacts: Mapping[str, Contact], wait: int) -> str | None:
    places = [contact.place for contact in contacts.values() if contact.place is not None]
    if len(set(places)) != len(places):
        return "twice"
    if not all(_is_number(contact.phone) for contact in contacts.values() if contact.phone):
        return "phone"
    return None if WAITS[0] <= wait <= WAITS[1] else "wait"


def _is_number(typed: str) -> bool:
    digits = re.sub(r"[\s().+\-/]", "", typed)
    return digits.isascii() and digits.isdecimal() and DIGITS[0] <= len(digits) <= DIGITS[1]
