"""The content of the join page: sessions that ended here, whose phone this is, and any steps before the code."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server.access import rules, sessions
from server.access.device_replacement import FormerOwner
from server.access.joining.flow import person_of
from server.access.models import PairingCode
from server.access.platforms import BrowserSigns
from server.access.shared_phone import rules as shared_phone
from server.actor import Actor, ActorKind, Visitor
from server.people.models import Caregiver, Clinic, Patient
from server.people.rules import Refused


@dataclass(frozen=True)
class Tried:
    """A code as it was typed, and why it was refused."""

    refused: Refused
    typed: str = ""

    @property
    def status(self) -> int:
        if self.refused.why == "expired-ask":
            return 200
        return 429 if self.refused.why == "too-many" else 422


async def form(
    db: AsyncSession, browser: BrowserSigns, visitor: Visitor, now: datetime, tried: Tried | None = None
) -> dict[str, Any]:
    """The content of the join page, which says who is signed in here."""
    person = visitor.person
    ended = await sessions.ended_session(db, browser.token, now) if browser.token and person is None else None
    others = [await sessions.ended_session(db, token, now) for token in browser.other_tokens] if ended else []
    return {
        "refused": tried.refused if tried else None,
        "typed": tried.typed if tried else "",
        "device": browser.device,
        "ended": ended,
        "owners": [each.person_id for each in (ended, *others) if each],  # people whose answers may wait here
        "link": browser.link if person is None else None,
        "person": person,
    }


async def notice(db: AsyncSession, pairing: PairingCode, code: str, visitor: Visitor) -> dict[str, Any]:
    """The content of the page with the privacy notice."""
    newcomer = await person_of(db, pairing)
    return await whose_phone(db, newcomer, visitor) | {"code": code, "version": rules.CONSENT_VERSION}


async def whose_phone(db: AsyncSession, newcomer: Patient | Caregiver, visitor: Visitor) -> dict[str, Any]:
    """The newcomer's name, and the other people who are signed in on this phone (case 97)."""
    here = () if visitor.is_here(newcomer.id) else visitor.people
    return {
        "clinic": await db.get_one(Clinic, newcomer.clinic_id),
        "newcomer": newcomer.name,
        "patient": await db.get_one(Patient, newcomer.patient_id) if isinstance(newcomer, Caregiver) else None,
        "current": [FormerOwner(each.name, each.patient_name or None) for each in here],
        "may_keep": shared_phone.may_keep(_actor(newcomer), here),
    }


def _actor(person: Patient | Caregiver) -> Actor:
    if isinstance(person, Caregiver):
        return Actor(ActorKind.CAREGIVER, person.id, person.clinic_id, patient_id=person.patient_id)
    return Actor(ActorKind.PATIENT, person.id, person.clinic_id, patient_id=person.id)
