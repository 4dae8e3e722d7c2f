"""Join by request: a new device shows a number, and somebody approves it on their own screen.

Approval turns the number that the device shows into an ordinary pairing code (joining/flow.py).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import rules
from server.access.guess_limits import count_guess, forgive_guess
from server.access.joining.flow import may_pair, pair_by
from server.access.models import JoinRequest, PairingCode
from server.db import Work
from server.people.models import Caregiver, Patient
from server.people.rules import Refused

KEPT_FOR = timedelta(days=1)  # past a request's expiry, so that a late approver reads "expired" and not "unknown"


@dataclass(frozen=True)
class Asked:
    """`code`: the number on the screen. `token`: known only to this browser, which sends it to ask for the outcome."""

    code: str
    token: str


async def ask(db: AsyncSession, device_name: str, source: str, now: datetime) -> Asked | Refused:
    if await count_guess(db, f"asks:{source}", now, rules.ASKS_ALLOWED) < 0:
        return Refused("too-many")
    await db.execute(delete(JoinRequest).where(JoinRequest.expires_at < now - KEPT_FOR))
    asked = Asked(f"{secrets.randbelow(10**8):08d}", crypto.new_token())
    request = JoinRequest(
        code_hash=crypto.keyed_hash(asked.code, "pairing"),
        token_hash=crypto.token_hash(asked.token),
        device_name=device_name,
        expires_at=now + rules.ASK_LIFE,
    )
    db.add(request)
    return asked


async def asked_by(db: AsyncSession, asked: Asked, now: datetime) -> JoinRequest | None:
    """This browser's request, until its number expires or somebody has joined with it."""
    request = await db.scalar(
        select(JoinRequest).where(
            JoinRequest.token_hash == crypto.token_hash(asked.token),
            JoinRequest.code_hash == crypto.keyed_hash(asked.code, "pairing"),
            JoinRequest.expires_at > now,
        )
    )
    pairing = await db.get(PairingCode, request.pairing_id) if request and request.pairing_id else None
    return None if pairing and (pairing.used_at or pairing.expires_at <= now) else request


async def approve(work: Work, typed: str, patient: Patient, caregiver: Caregiver | None) -> JoinRequest | Refused:
    """Approve the device that shows this number for this person, who must still consent on the device."""
    if not await may_pair(work.db, patient):
        return Refused("died")
    code = rules.pairing_code(typed)
    if code is None:
        return Refused("malformed")
    left = await count_guess(work.db, f"lets-in:{work.actor.id}", work.now)
    if left < 0:
        return Refused("too-many")
    found = await work.db.scalar(
        select(JoinRequest)
        .where(JoinRequest.code_hash == crypto.keyed_hash(code, "pairing"))
        .order_by(JoinRequest.expires_at.desc())
    )
    if found is None:
        return Refused("unknown", left)
    if found.expires_at <= work.now:
        return Refused("expired", left)
    taken = await work.db.scalar(
        update(JoinRequest)
        .where(JoinRequest.id == found.id, JoinRequest.approved_at.is_(None))
        .values(approved_at=work.now)
        .returning(JoinRequest.id)
    )
    if taken is None:  # a concurrent request approved it first, or the same number was entered twice
        return Refused("used", left)
    pairing = await pair_by(work, patient, caregiver, code)
    found.pairing_id = pairing.id
    audit.record(work, "pairing.approved", pairing, device=found.device_name)
    await forgive_guess(work.db, f"lets-in:{work.actor.id}", work.now)
    return found
