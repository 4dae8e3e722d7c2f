"""Passkeys (WebAuthn): make one on a joined device, list a person's passkeys, end one (case 66)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import rules
from server.access.models import Device, Passkey
from server.access.passkeys.challenges import as_json, issue_challenge, rp_id, take_challenge
from server.actor import Actor, ActorKind
from server.db import Work, unscoped
from server.people.rules import Refused


async def offer(work: Work, base_url: str) -> dict[str, Any] | Refused:
    """Options for navigator.credentials.create(); the device shows the person's name beside the key.

    The key is discoverable by the device itself, and usable only after a face, fingerprint or device code check.
    """
    from webauthn import generate_registration_options
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    if await _must_prove(work):
        return Refused("prove")
    options = generate_registration_options(
        rp_id=rp_id(base_url),
        rp_name="Interlude",
        user_id=work.actor.id.encode(),
        user_name=work.actor.name,
        challenge=await issue_challenge(work.db, work.now),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return as_json(options)


async def keep(work: Work, reported: dict[str, Any], base_url: str, name: str) -> Passkey | Refused:
    """Store the public half of a key that this person's device has just made."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    if await _must_prove(work):
        return Refused("prove")
    challenge = await take_challenge(work.db, reported, work.now)
    if challenge is None:
        return Refused("challenge")
    try:
        made = verify_registration_response(
            credential=reported,
            expected_challenge=challenge,
            expected_rp_id=rp_id(base_url),
            expected_origin=base_url,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return Refused("passkey")
    with unscoped(work.db):
        if await by_credential(work.db, made.credential_id) is not None:
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


async def of_person(db: AsyncSession, actor: Actor, with_ended: bool = False) -> list[Passkey]:
    query = select(Passkey).where(Passkey.patient_id == actor.patient_id)
    if not with_ended:
        query = query.where(Passkey.ended_at.is_(None))
    if actor.kind == ActorKind.CAREGIVER:
        query = query.where(Passkey.caregiver_id == actor.id)
    return list(await db.scalars(query.order_by(Passkey.made_at)))


async def end(work: Work, passkey: Passkey) -> None:
    passkey.ended_at = passkey.ended_at or work.now
    audit.record(work, "passkey.ended", passkey)


async def by_credential(db: AsyncSession, credential_id: bytes) -> Passkey | None:
    """The passkey with this credential id, ended or not."""
    return await db.scalar(select(Passkey).where(Passkey.credential_hash == _hash(credential_id)))


def _hash(credential_id: bytes) -> str:
    return crypto.keyed_hash(crypto.b64(credential_id), "passkey")
