"""The verbs about people: register, pair, join, sign out, pause."""

import secrets
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.actor import Actor
from server.db import scope
from server.people import rules
from server.people.guesses import count_guess, forgive_guess
from server.people.models import (
    Caregiver,
    Clinic,
    Consent,
    Device,
    DeviceSession,
    PairingCode,
    Patient,
    Subscription,
)
from server.people.rules import Refused


@dataclass(frozen=True)
class NewPatient:
    name: str
    zone: str
    phone: str | None = None
    email: str | None = None
    helper_phone: str | None = None
    contact: str = "call"
    instructions: str | None = None


@dataclass(frozen=True)
class ClinicFacts:
    """`staffed_hours`: weekday "0" (Monday) to "6" → ["08:00", "17:00"] in the clinic's zone."""

    name: str
    zone: str
    phone: str
    emergency_number: str
    crisis_line: str
    address: str
    visit_instructions: str
    staffed_hours: dict[str, list[str]]


@dataclass(frozen=True)
class Joined:
    token: str
    session: DeviceSession
    device: Device


async def change_clinic(db: AsyncSession, actor: Actor, clinic: Clinic, facts: ClinicFacts, now: datetime) -> None:
    for field in fields(facts):
        setattr(clinic, field.name, getattr(facts, field.name))
    audit.record(db, actor, "clinic.changed", clinic, now)


async def register_patient(db: AsyncSession, actor: Actor, new: NewPatient, now: datetime) -> Patient:
    patient = Patient(
        clinic_id=actor.clinic_id,
        name=new.name,
        zone=new.zone,
        phone=new.phone,
        email=new.email,
        helper_phone=new.helper_phone,
        contact=new.contact,
        instructions=new.instructions,
    )
    db.add(patient)
    await db.flush()
    audit.record(db, actor, "patient.registered", patient, now)
    return patient


async def change_patient(db: AsyncSession, actor: Actor, patient: Patient, new: NewPatient, now: datetime) -> None:
    for field in ("name", "zone", "phone", "email", "helper_phone", "contact", "instructions"):
        setattr(patient, field, getattr(new, field))
    audit.record(db, actor, "patient.changed", patient, now)


async def set_detailed_text(db: AsyncSession, actor: Actor, patient: Patient, detailed: bool, now: datetime) -> None:
    """Whether notifications may name the visit; private unless the patient says otherwise."""
    patient.detailed_text = detailed
    audit.record(db, actor, "patient.detailed-text", patient, now, detailed=detailed)


async def pause(db: AsyncSession, actor: Actor, patient: Patient, why: str, now: datetime) -> None:
    """Stop all that is sent to the patient and the caregivers, from this moment; flags stay with staff."""
    patient.paused_at, patient.paused_why = patient.paused_at or now, why
    audit.record(db, actor, "patient.paused", patient, now, why=why)


async def resume(db: AsyncSession, actor: Actor, patient: Patient, now: datetime) -> None:
    """Only what is still to come is sent again: what fell due in the pause has ended with it."""
    patient.paused_at = patient.paused_why = None
    audit.record(db, actor, "patient.resumed", patient, now)


async def opened(db: AsyncSession, actor: Actor, patient: Patient, now: datetime) -> None:
    """A staff member looked at this person's page."""
    audit.record(db, actor, "patient.opened", patient, now)


async def set_quiet(
    db: AsyncSession, actor: Actor, patient: Patient, start: str | None, end: str | None, now: datetime
) -> None:
    """Wall times "22:00" and "08:00" in the patient's zone, or None for no quiet hours."""
    patient.quiet_from, patient.quiet_until = start, end
    audit.record(db, actor, "patient.quiet-hours", patient, now)


async def set_text_consent(db: AsyncSession, actor: Actor, patient: Patient, agreed: bool, now: datetime) -> None:
    """Text messages have a consent of their own, and a stop."""
    patient.text_consent_at = now if agreed else None
    audit.record(db, actor, "patient.text-consent", patient, now, agreed=agreed)


async def add_caregiver(
    db: AsyncSession, actor: Actor, patient: Patient, name: str, relation: str, now: datetime
) -> Caregiver:
    caregiver = Caregiver(clinic_id=actor.clinic_id, patient_id=patient.id, name=name, relation=relation)
    db.add(caregiver)
    await db.flush()
    audit.record(db, actor, "caregiver.added", caregiver, now)
    return caregiver


async def issue_pairing(
    db: AsyncSession, actor: Actor, patient: Patient, caregiver: Caregiver | None, now: datetime
) -> str:
    """A fresh code of eight digits for one device; whatever code stood for this person before ends."""
    who = caregiver.id if caregiver else None
    await db.execute(
        update(PairingCode)
        .where(
            PairingCode.patient_id == patient.id,
            PairingCode.caregiver_id == who,
            PairingCode.used_at.is_(None),
        )
        .values(expires_at=now)
    )
    code = f"{secrets.randbelow(10**8):08d}"
    pairing = PairingCode(
        clinic_id=actor.clinic_id,
        code_hash=crypto.keyed_hash(code, "pairing"),
        patient_id=patient.id,
        caregiver_id=who,
        made_by=actor.id,
        expires_at=now + rules.PAIRING_LIFE,
    )
    db.add(pairing)
    await db.flush()
    audit.record(db, actor, "pairing.issued", pairing, now)
    return code


async def check_code(db: AsyncSession, typed: str, source: str, now: datetime) -> PairingCode | Refused:
    """The pairing that `typed` opens, not yet taken. Every wrong try of `source` counts."""
    left = await count_guess(db, f"pairing:{source}", now)
    if left < 0:
        return Refused("too-many")
    found = await db.scalar(
        select(PairingCode)
        .where(PairingCode.code_hash == crypto.keyed_hash(rules.clean_code(typed), "pairing"))
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
    """Make a device the person's: take the code once, keep the consent, begin a session."""
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
    if taken is None:  # two at once: the other had it
        return Refused("used")
    scope(db, found.clinic_id)
    return await _begin(db, found, device_name, consent_version, now)


async def _begin(db: AsyncSession, code: PairingCode, device_name: str, version: str, now: datetime) -> Joined:
    device = Device(
        clinic_id=code.clinic_id,
        patient_id=None if code.caregiver_id else code.patient_id,
        caregiver_id=code.caregiver_id,
        name=rules.unlike(device_name, [held.name for held in await devices_of(db, code.patient_id)]),
        joined_at=now,
        seen_at=now,
    )
    db.add(device)
    await db.flush()
    consent = Consent(
        clinic_id=code.clinic_id,
        patient_id=code.patient_id,
        caregiver_id=code.caregiver_id,
        device_id=device.id,
        version=version,
        given_at=now,
    )
    db.add(consent)
    actor = Actor("caregiver" if code.caregiver_id else "patient", code.caregiver_id or code.patient_id, code.clinic_id)
    audit.record(db, actor, "device.joined", device, now, consent=version)
    token, session = await begin_session(db, device, now)
    return Joined(token, session, device)


async def begin_session(db: AsyncSession, device: Device, now: datetime) -> tuple[str, DeviceSession]:
    """A new session always has a new token: whatever the browser held before is worth nothing."""
    token = crypto.new_token()
    life = rules.STAFF_SESSION_LIFE if device.staff_id else rules.PERSON_SESSION_LIFE
    session = DeviceSession(
        clinic_id=device.clinic_id,
        device_id=device.id,
        token_hash=crypto.token_hash(token),
        started_at=now,
        expires_at=now + life,
    )
    db.add(session)
    await db.flush()
    audit.record(db, _owner(device), "session.begun", session, now)
    return token, session


def _owner(device: Device) -> Actor:
    if device.staff_id:
        return Actor("staff", device.staff_id, device.clinic_id)
    if device.caregiver_id:
        return Actor("caregiver", device.caregiver_id, device.clinic_id)
    return Actor("patient", device.patient_id or "", device.clinic_id)


async def end_device(db: AsyncSession, actor: Actor, device: Device, now: datetime) -> None:
    """Sign a device out, from itself or from afar: its sessions end and nothing is pushed to it any more."""
    device.ended_at = device.ended_at or now
    await db.execute(
        update(DeviceSession)
        .where(DeviceSession.device_id == device.id, DeviceSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    await db.execute(
        update(Subscription)
        .where(Subscription.device_id == device.id, Subscription.ended_at.is_(None))
        .values(ended_at=now, ended_why="signed-out")
    )
    audit.record(db, actor, "device.ended", device, now)


async def clinic_of(db: AsyncSession, actor: Actor) -> Clinic:
    return await db.get_one(Clinic, actor.clinic_id)


async def find_patient(db: AsyncSession, actor: Actor, patient_id: str) -> Patient | None:
    return await db.scalar(select(Patient).where(Patient.id == patient_id, Patient.clinic_id == actor.clinic_id))


async def roster(db: AsyncSession, actor: Actor) -> list[Patient]:
    """Every patient of the clinic by name; names are sealed, so the sorting happens here."""
    found = await db.scalars(select(Patient).where(Patient.clinic_id == actor.clinic_id))
    return sorted(found, key=lambda patient: patient.name.casefold())


async def caregivers_of(db: AsyncSession, patient_id: str) -> list[Caregiver]:
    return list(
        await db.scalars(select(Caregiver).where(Caregiver.patient_id == patient_id, Caregiver.ended_at.is_(None)))
    )


async def find_caregiver(db: AsyncSession, caregiver_id: str) -> Caregiver | None:
    return await db.get(Caregiver, caregiver_id)


async def devices_of(db: AsyncSession, patient_id: str) -> list[Device]:
    """The living devices of a patient and of the patient's caregivers."""
    helpers = select(Caregiver.id).where(Caregiver.patient_id == patient_id, Caregiver.ended_at.is_(None))
    return list(
        await db.scalars(
            select(Device)
            .where(
                (Device.patient_id == patient_id) | Device.caregiver_id.in_(helpers),
                Device.ended_at.is_(None),
            )
            .order_by(Device.joined_at)
        )
    )


async def own_device(db: AsyncSession, actor: Actor) -> Device:
    return await db.get_one(Device, actor.device_id)
