"""Sign in with a passkey on a new device of its owner."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access.guess_limits import count_guess, forgive_guess
from server.access.joining.flow import Joined, begin
from server.access.models import Device, Passkey, PasskeyUse
from server.access.passkeys.challenges import as_json, issue_challenge, rp_id, take_challenge
from server.access.passkeys.registration import by_credential
from server.actor import Actor, ActorKind
from server.db import Work, scope
from server.people.models import Caregiver, Patient
from server.people.rules import Refused


async def ask(db: AsyncSession, base_url: str, now: datetime) -> dict[str, Any]:
    """Options for navigator.credentials.get(); the server does not know yet whose passkey will answer."""
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import UserVerificationRequirement

    return as_json(
        generate_authentication_options(
            rp_id=rp_id(base_url),
            challenge=await issue_challenge(db, now),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


async def prove(
    db: AsyncSession, reported: dict[str, Any], base_url: str, source: str, now: datetime
) -> Passkey | Refused:
    """The passkey that this device proves to hold. Every failed try by `source` counts.

    Only a device that has proved to hold the passkey learns that the passkey has ended.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    if await count_guess(db, f"passkey:{source}", now) < 0:
        return Refused("too-many")
    challenge = await take_challenge(db, reported, now)
    passkey = await by_credential(db, crypto.unb64(reported["rawId"])) if _is_text(reported.get("rawId")) else None
    if challenge is None or passkey is None:
        return Refused("passkey")
    scope(db, passkey.clinic_id)
    try:
        proved = verify_authentication_response(
            credential=reported,
            expected_challenge=challenge,
            expected_rp_id=rp_id(base_url),
            expected_origin=base_url,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return Refused("passkey")
    if await _has_ended(db, passkey):
        return Refused("ended")
    passkey.sign_count, passkey.used_at = proved.new_sign_count, now
    await forgive_guess(db, f"passkey:{source}", now)
    audit.record(Work(db, owner(passkey), now), "passkey.used", passkey)
    return passkey


async def sign_in(db: AsyncSession, passkey: Passkey, device_name: str, now: datetime) -> Joined | Refused:
    """Begin a session on a new device of the owner of a passkey that this device has proved to hold."""
    if await _has_ended(db, passkey):
        return Refused("ended")
    joined = await begin(db, await person_of(db, passkey), device_name, None, now)
    db.add(PasskeyUse(clinic_id=passkey.clinic_id, passkey_id=passkey.id, device_id=joined.device.id, at=now))
    return joined


async def _has_ended(db: AsyncSession, passkey: Passkey) -> bool:
    """True if the passkey was ended, or the device that made it was signed out."""
    device = await db.get(Device, passkey.device_id) if passkey.device_id else None
    return passkey.ended_at is not None or (device is not None and device.ended_at is not None)


async def person_of(db: AsyncSession, passkey: Passkey) -> Patient | Caregiver:
    if passkey.caregiver_id:
        return await db.get_one(Caregiver, passkey.caregiver_id)
    return await db.get_one(Patient, passkey.patient_id)


def owner(passkey: Passkey) -> Actor:
    if passkey.caregiver_id:
        return Actor(ActorKind.CAREGIVER, passkey.caregiver_id, passkey.clinic_id)
    return Actor(ActorKind.PATIENT, passkey.patient_id, passkey.clinic_id)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isascii()
