"""Remember that a phone has proved to hold a passkey, while its person reads whose phone it is (cases 97, 121)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.access.models import Passkey
from server.access.passkeys.challenges import issue_challenge, take_token
from server.db import scope, unscoped


async def issue_proof(db: AsyncSession, passkey: Passkey, now: datetime) -> str:
    """A text that the phone sends back to sign this passkey's owner in, once and within minutes."""
    token = (await issue_challenge(db, now)).decode()
    return f"{token}.{crypto.b64(crypto.seal(passkey.id, _bound(token)))}"


async def proved_passkey(db: AsyncSession, proof: str) -> Passkey | None:
    """The passkey that this proof is about; None if we did not issue the proof. Does not use it up."""
    token, _, sealed = proof.partition(".")
    try:
        passkey_id = crypto.unseal(crypto.unb64(sealed), _bound(token))
    except (ValueError, crypto.MissingKey):
        return None
    with unscoped(db):  # the person signed in here may be of another clinic
        passkey = await db.get(Passkey, passkey_id)
    if passkey is not None:
        scope(db, passkey.clinic_id)
    return passkey


async def take_proof(db: AsyncSession, proof: str, now: datetime) -> Passkey | None:
    """Use up the proof and return its passkey. None also if the proof has expired or was used."""
    passkey = await proved_passkey(db, proof)
    return passkey if passkey and await take_token(db, proof.partition(".")[0], now) else None


def _bound(token: str) -> str:
    return f"passkey.proof:{token}"
