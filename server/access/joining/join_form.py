"""What the page to join shows: what ended here, whose phone this is, and what has to come before a code."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server.access import rules, sessions
from server.access.joining.flow import person_of
from server.access.models import PairingCode
from server.access.platforms import BrowserSigns
from server.actor import Actor, ActorKind
from server.db import unscoped
from server.people.models import Caregiver, Clinic, Patient
from server.people.rules import Refused


@dataclass(frozen=True)
class Tried:
    """What the person typed, and why it was refused."""

    refused: Refused
    typed: str = ""

    @property
    def status(self) -> int:
        if self.refused.why == "expired-ask":
            return 200
        return 429 if self.refused.why == "too-many" else 422


async def form(
    db: AsyncSession, browser: BrowserSigns, person: Actor | None, now: datetime, tried: Tried | None = None
) -> dict[str, Any]:
    """For the page to join. `person` is signed in here, if anybody is."""
    ended = await sessions.ended_session(db, browser.token, now) if browser.token and person is None else None
    return {
        "refused": tried.refused if tried else None,
        "typed": tried.typed if tried else "",
        "device": browser.device,
        "ended": ended,
        "link": browser.link if person is None else None,
        "person": person,
    }


def _helps(person: Actor) -> bool:
    return person.kind == ActorKind.CAREGIVER


async def notice(db: AsyncSession, pairing: PairingCode, code: str, person: Actor | None) -> dict[str, Any]:
    """For the privacy notice. It says whose phone this is, if another person than the code's is signed in (case 97)."""
    newcomer = await person_of(db, pairing)
    current = person if person and person.id != newcomer.id else None
    with unscoped(db):  # the patient whom the person here helps may be another clinic's
        helped = await db.get_one(Patient, current.patient_id) if current and _helps(current) else None
    return {
        "code": code,
        "clinic": await db.get_one(Clinic, pairing.clinic_id),
        "version": rules.CONSENT_VERSION,
        "newcomer": newcomer.name,
        "patient": await db.get_one(Patient, newcomer.patient_id) if isinstance(newcomer, Caregiver) else None,
        "current": current,
        "helped": helped.name if helped else None,
    }
