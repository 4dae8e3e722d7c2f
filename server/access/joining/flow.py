"""Pair a device: issue a single-use pairing code, check it, and join with consent."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import rules, sessions
from server.access.guess_limits import count_guess, forgive_guess
from server.access.models import Consent, Device, DeviceSession, PairingCode
from server.actor import Actor, ActorKind
from server.db import Work, scope
from server.people.models import Caregiver, Patient
from server.people.rules import Refused


@dataclass(frozen=True)
class Joined:
    token: str
    session: DeviceSession
    device: Device


async def issue_pairing(work: Work, patient: Patient, caregiver: Caregiver | None) -> str:
    """Issue a new eight-digit pairing code for one device."""
    code = f"{secrets.randbelow(10**8):08d}"
    await pair_by(work, patient, caregiver, code)
    return code


async def pair_by(work: Work, patient: Patient, caregiver: Caregiver | None, code: str) -> PairingCode:
    """Make `code` a pairing code for one device of this person. The person's earlier unused codes expire."""
    who = caregiver.id if caregiver else None
    await work.db.execute(
        update(PairingCode)
        .where(
            PairingCode.patient_id == patient.id,
            PairingCode.caregiver_id == who,
            PairingCode.used_at.is_(None),
        )
        .values(expires_at=work.now)
    )
    pairing = PairingCode(
        clinic_id=work.actor.clinic_id,
        code_hash=crypto.keyed_hash(code, "pairing"),
        patient_id=patient.id,
        caregiver_id=who,
        made_by=work.actor.id,
        device_id=None if work.actor.kind == ActorKind.STAFF else work.actor.device_id or None,
        expires_at=work.now + rules.PAIRING_LIFE,
    )
    work.db.add(pairing)
    await work.db.flush()
    audit.record(work, "pairing.issued", pairing)
    return pairing


async def check_code(db: AsyncSession, typed: str, source: str, now: datetime) -> PairingCode | Refused:
    """The pairing code that `typed` matches, not yet used up. Every wrong try by `source` counts."""
    code = rules.pairing_code(typed)
    if code is None:
        return Refused("malformed")
    left = await count_guess(db, f"pairing:{source}", now)
    if left < 0:
        return Refused("too-many")
    found = await db.scalar(
        select(PairingCode)
        .where(PairingCode.code_hash == crypto.keyed_hash(code, "pairing"))
        .order_by(PairingCode.expires_at.desc())
    )
    if found is None:
        return Refused("unknown", left)
    if found.used_at is not None:
        return Refused("used", left)
    if found.expires_at <= now:
        return Refused("expired", left)
    await forgive_guess(db, f"pairing:{source}", now)
    return found


async def join(
    db: AsyncSession, typed: str, consent_version: str, device_name: str, source: str, now: datetime
) -> Joined | Refused:
    """Use up the pairing code, record the consent and begin a session on a new device."""
    if consent_version != rules.CONSENT_VERSION:
        return Refused("no-consent")
    found = await check_code(db, typed, source, now)
    if isinstance(found, Refused):
        return found
    taken = await db.scalar(
        update(PairingCode)
        .where(PairingCode.id == found.id, PairingCode.used_at.is_(None))
        .values(used_at=now)
        .returning(PairingCode.id)
    )
    if taken is None:  # a concurrent request used the code first
        return Refused("used")
    scope(db, found.clinic_id)
    person: Patient | Caregiver = await (
        db.get_one(Caregiver, found.caregiver_id) if found.caregiver_id else db.get_one(Patient, found.patient_id)
    )
    return await begin(db, person, device_name, consent_version, now)


async def begin(
    db: AsyncSession, person: Patient | Caregiver, device_name: str, consented: str | None, now: datetime
) -> Joined:
    """Create a device and a session for this person. `consented` is the agreed version; None if already recorded."""
    caregiver_id = person.id if isinstance(person, Caregiver) else None
    patient_id = person.patient_id if isinstance(person, Caregiver) else person.id
    device = Device(
        clinic_id=person.clinic_id,
        patient_id=None if caregiver_id else patient_id,
        caregiver_id=caregiver_id,
        name=rules.unlike(device_name, [device.name for device in await sessions.devices_of(db, patient_id)]),
        joined_at=now,
        seen_at=now,
    )
    db.add(device)
    await db.flush()
    if consented is not None:
        db.add(_consent(device, patient_id, consented, now))
    actor = Actor(ActorKind.CAREGIVER if caregiver_id else ActorKind.PATIENT, person.id, person.clinic_id)
    audit.record(Work(db, actor, now), "device.joined", device, consent=consented or "")
    token, session = await sessions.begin_session(db, device, now)
    return Joined(token, session, device)


def _consent(device: Device, patient_id: str, version: str, now: datetime) -> Consent:
    return Consent(
        clinic_id=device.clinic_id,
        patient_id=patient_id,
        caregiver_id=device.caregiver_id,
        device_id=device.id,
        version=version,
        given_at=now,
    )
