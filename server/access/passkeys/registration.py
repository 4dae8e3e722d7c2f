"""Passkeys (WebAuthn): make one on a joined device, sign in with it again, end it (case 66)."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server import audit, crypto
from server.access import rules
from server.access.guess_limits import count_guess, forgive_guess
from server.access.joining.flow import Joined, begin
from server.access.models import Challenge, Device, Passkey, PasskeyUse
from server.actor import Actor, ActorKind
from server.db import Work, scope, unscoped
from server.people.models import Caregiver, Patient
from server.people.rules import Refused

# Discoverable by the device itself, and usable only after a face, fingerprint or device code check.
WANTED = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
)


async def offer(work: Work, base_url: str) -> dict[str, Any] | Refused:
    """Options for navigator.credentials.create(); the device shows the person's name beside the key."""
    if await _must_prove(work):
        return Refused("prove")
    options = generate_registration_options(
        rp_id=_host(base_url),
        rp_name="Interlude",
        user_id=work.actor.id.encode(),
        user_name=work.actor.name,
        challenge=await _challenge(work.db, work.now),
        authenticator_selection=WANTED,
    )
    return _as_json(options)


async def keep(work: Work, reported: dict[str, Any], base_url: str, name: str) -> Passkey | Refused:
    """Store the public half of a key that this person's device has just made."""
    if await _must_prove(work):
        return Refused("prove")
    challenge = await _take_challenge(work.db, reported, work.now)
    if challenge is None:
        return Refused("challenge")
    try:
        made = verify_registration_response(
            credential=reported,
            expected_challenge=challenge,
            expected_rp_id=_host(base_url),
            expected_origin=base_url,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return Refused("passkey")
    with unscoped(work.db):
        if await _by_credential(work.db, made.credential_id) is not None:
            return Refused("passkey")
    passkey = Passkey(
        clinic_id=work.actor.clinic_id,
        patient_id=work.actor.patient_id,
        caregiver_id=_caregiver_id(work.actor),
        device_id=work.actor.device_id or None,
        name=name,
        credential_hash=_hash(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        made_at=work.now,
    )
    work.db.add(passkey)
    await work.db.flush()
    audit.record(work, "passkey.made", passkey)
    return passkey


async def _must_prove(work: Work) -> bool:
    """A second passkey needs a recent sign-in on this device, by a code or by the first passkey.

    Otherwise anyone who finds the device unlocked could add a key of their own beside the owner's.
    """
    own = [
        passkey for passkey in await of_person(work.db, work.actor) if passkey.caregiver_id == _caregiver_id(work.actor)
    ]
    device = await work.db.get_one(Device, work.actor.device_id)
    return bool(own) and work.now - device.joined_at > rules.PROOF_LIFE


def _caregiver_id(actor: Actor) -> str | None:
    return actor.id if actor.kind == ActorKind.CAREGIVER else None


async def ask(db: AsyncSession, base_url: str, now: datetime) -> dict[str, Any]:
    """Options for navigator.credentials.get(); the server does not know yet whose passkey will answer."""
    return _as_json(
        generate_authentication_options(
            rp_id=_host(base_url),
            challenge=await _challenge(db, now),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


async def sign_in(
    db: AsyncSession, reported: dict[str, Any], base_url: str, device_name: str, source: str, now: datetime
) -> Joined | Refused:
    """Begin a session on a new device of the passkey's owner. Every failed try by `source` counts.

    Only a device that has proved to hold the passkey learns that the passkey has ended.
    """
    if await count_guess(db, f"passkey:{source}", now) < 0:
        return Refused("too-many")
    challenge = await _take_challenge(db, reported, now)
    passkey = await _by_credential(db, crypto.unb64(reported["rawId"])) if _is_text(reported.get("rawId")) else None
    if challenge is None or passkey is None:
        return Refused("passkey")
    scope(db, passkey.clinic_id)
    try:
        proved = verify_authentication_response(
            credential=reported,
            expected_challenge=challenge,
            expected_rp_id=_host(base_url),
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
    audit.record(Work(db, _owner(passkey), now), "passkey.used", passkey)
    joined = await begin(db, await _person(db, passkey), device_name, None, now)
    db.add(PasskeyUse(clinic_id=passkey.clinic_id, passkey_id=passkey.id, device_id=joined.device.id, at=now))
    return joined


async def _has_ended(db: AsyncSession, passkey: Passkey) -> bool:
    """True if the passkey was ended, or the device that made it was signed out."""
    device = await db.get(Device, passkey.device_id) if passkey.device_id else None
    return passkey.ended_at is not None or (device is not None and device.ended_at is not None)


async def of_person(db: AsyncSession, actor: Actor) -> list[Passkey]:
    query = select(Passkey).where(Passkey.patient_id == actor.patient_id, Passkey.ended_at.is_(None))
    if actor.kind == ActorKind.CAREGIVER:
        query = query.where(Passkey.caregiver_id == actor.id)
    return list(await db.scalars(query.order_by(Passkey.made_at)))


async def end(work: Work, passkey: Passkey) -> None:
    passkey.ended_at = passkey.ended_at or work.now
    audit.record(work, "passkey.ended", passkey)


async def _challenge(db: AsyncSession, now: datetime) -> bytes:
    """Issue a new challenge and delete the expired ones."""
    await db.execute(delete(Challenge).where(Challenge.expires_at < now))
    token = crypto.new_token()
    db.add(Challenge(challenge_hash=crypto.token_hash(token), expires_at=now + rules.CHALLENGE_LIFE))
    await db.flush()
    return token.encode()


async def _take_challenge(db: AsyncSession, reported: dict[str, Any], now: datetime) -> bytes | None:
    """Use up the challenge that this answers. None if it was never issued, has expired or was already answered."""
    token = _token_in(reported)
    taken = await db.scalar(
        update(Challenge)
        .where(
            Challenge.challenge_hash == crypto.token_hash(token),
            Challenge.used_at.is_(None),
            Challenge.expires_at > now,
        )
        .values(used_at=now)
        .returning(Challenge.id)
    )
    return token.encode() if taken else None


def _token_in(reported: dict[str, Any]) -> str:
    try:
        client = json.loads(crypto.unb64(reported["response"]["clientDataJSON"]))
        return crypto.unb64(client["challenge"]).decode()
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""


async def _by_credential(db: AsyncSession, credential_id: bytes) -> Passkey | None:
    return await db.scalar(select(Passkey).where(Passkey.credential_hash == _hash(credential_id)))


async def _person(db: AsyncSession, passkey: Passkey) -> Patient | Caregiver:
    if passkey.caregiver_id:
        return await db.get_one(Caregiver, passkey.caregiver_id)
    return await db.get_one(Patient, passkey.patient_id)


def _owner(passkey: Passkey) -> Actor:
    if passkey.caregiver_id:
        return Actor(ActorKind.CAREGIVER, passkey.caregiver_id, passkey.clinic_id)
    return Actor(ActorKind.PATIENT, passkey.patient_id, passkey.clinic_id)


def _hash(credential_id: bytes) -> str:
    return crypto.keyed_hash(crypto.b64(credential_id), "passkey")


def _host(base_url: str) -> str:
    return urlsplit(base_url).hostname or ""


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isascii()


def _as_json(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(options_to_json(options))
    return found
