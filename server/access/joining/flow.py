"""Pair a device: issue a single-use pairing code, check it, and join with consent."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import device_replacement, rules, sessions
from server.access.guess_limits import count_guess, forgive_guess
from server.access.models import Consent, Device, DeviceSession, PairingCode
from server.access.rules import SessionEnd
from server.actor import Actor, ActorKind
from server.db import Work, scope, unscoped
from server.people import flow as people
from server.people.models import Caregiver, Patient
from server.people.rules import Refusal, Refused


@dataclass(frozen=True)
class Joined:
    token: str
    session: DeviceSession
    device: Device


@dataclass(frozen=True)
class Place:
    """The place where a code is typed. `may_be_browser`: true on an iPhone unless a script said it is the app."""

    device_name: str
    may_be_browser: bool = False
    is_app: bool = False


async def may_pair(db: AsyncSession, patient: Patient) -> bool:
    """Whether the patient or a caregiver may pair a device: not once staff have recorded a death (case 127).

    Locks the patient, to wait for a colleague who is recording a death at this moment.
    """
    await people.lock(db, patient)
    return not patient.has_died


async def issue_pairing(work: Work, patient: Patient, caregiver: Caregiver | None) -> str:
    """Issue a new eight-digit pairing code for one device."""
    code = f"{secrets.randbelow(10**8):08d}"
    await pair_by(work, patient, caregiver, code)
    return code


async def pair_by(work: Work, patient: Patient, caregiver: Caregiver | None, code: str) -> PairingCode:
    """Make `code` a pairing code for one device of this person. The person's earlier codes no longer work."""
    who = caregiver.id if caregiver else None
    whose = (PairingCode.patient_id == patient.id) & (PairingCode.caregiver_id == who)
    await work.db.execute(update(PairingCode).where(whose, PairingCode.used_at.is_(None)).values(expires_at=work.now))
    await work.db.execute(
        update(PairingCode).where(whose, PairingCode.reserved_until.is_not(None)).values(reserved_until=None)
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


async def check_code(
    db: AsyncSession, typed: str, source: str, now: datetime, is_app: bool = False
) -> PairingCode | Refused:
    """The unused pairing code that matches `typed`. Every wrong try by `source` counts.

    A code that a browser has used still works in an app (`is_app`) while it is reserved.
    """
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
    if fault := await _fault(db, found, now, is_app):
        return Refused(fault, left)
    await forgive_guess(db, f"pairing:{source}", now)
    return found


async def _fault(db: AsyncSession, pairing: PairingCode, now: datetime, is_app: bool) -> Refusal | None:
    if pairing.used_at is None:
        return "expired" if pairing.expires_at <= now else None
    with unscoped(db):
        browser = await db.get(Device, pairing.browser_id) if pairing.browser_id else None
    is_reserved = pairing.reserved_until is not None and pairing.reserved_until > now
    if browser is None or browser.ended_at is not None or not is_reserved:
        return "used"
    return None if is_app else "reserved"


async def join(
    db: AsyncSession, typed: str, consent_version: str, place: Place, source: str, now: datetime
) -> Joined | Refused:
    """Use up the pairing code, record the consent and begin a session on a new device.

    A browser on an iPhone reserves the code; the first app that sends it uses it up, and the browser's session ends.
    """
    if consent_version != rules.CONSENT_VERSION:
        return Refused("no-consent")
    found = await check_code(db, typed, source, now, place.is_app)
    if isinstance(found, Refused):
        return found
    if not await _use_up(db, found, now):  # a concurrent request was first
        return Refused("used")
    scope(db, found.clinic_id)
    joined = await begin(db, await person_of(db, found), place.device_name, consent_version, now)
    if found.browser_id:
        browser = await db.get_one(Device, found.browser_id)
        await device_replacement.replace_device(db, browser, joined.device, now, SessionEnd.MOVED)
    elif place.may_be_browser:
        found.browser_id, found.reserved_until = joined.device.id, now + rules.RESERVED_FOR
    return joined


async def person_of(db: AsyncSession, pairing: PairingCode) -> Patient | Caregiver:
    """The person whose device the code pairs."""
    with unscoped(db):  # the person signed in may be of another clinic
        if pairing.caregiver_id:
            return await db.get_one(Caregiver, pairing.caregiver_id)
        return await db.get_one(Patient, pairing.patient_id)


async def _use_up(db: AsyncSession, pairing: PairingCode, now: datetime) -> bool:
    """Mark the code as used, or end its reservation. Each succeeds once."""
    if pairing.used_at is None:
        change = update(PairingCode).where(PairingCode.used_at.is_(None)).values(used_at=now)
    else:
        change = update(PairingCode).where(PairingCode.reserved_until > now).values(reserved_until=None)
    return await db.scalar(change.where(PairingCode.id == pairing.id).returning(PairingCode.id)) is not None


async def reserved_until(db: AsyncSession, device_id: str, now: datetime) -> datetime | None:
    """When the app's reservation of this browser's code ends; None if there is none, or it has ended."""
    return await db.scalar(
        select(PairingCode.reserved_until).where(PairingCode.browser_id == device_id, PairingCode.reserved_until > now)
    )


async def begin(
    db: AsyncSession, person: Patient | Caregiver, device_name: str, consented: str | None, now: datetime
) -> Joined:
    """Create a device and a session for this person. `consented`: the version agreed to; None if recorded already."""
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
