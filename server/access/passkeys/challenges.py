"""WebAuthn challenges, each valid once and for minutes, and the options that both ceremonies send."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.access import rules
from server.access.models import Challenge


async def issue_challenge(db: AsyncSession, now: datetime) -> bytes:
    """Issue a new challenge and delete the expired ones."""
    await db.execute(delete(Challenge).where(Challenge.expires_at < now))
    token = crypto.new_token()
    db.add(Challenge(challenge_hash=crypto.token_hash(token), expires_at=now + rules.CHALLENGE_LIFE))
    await db.flush()
    return token.encode()


async def take_challenge(db: AsyncSession, reported: dict[str, Any], now: datetime) -> bytes | None:
    """Use up the challenge that this response answers; None if we never issued it, or it has expired or was used."""
    token = _token_in(reported)
    return token.encode() if await take_token(db, token, now) else None


async def take_token(db: AsyncSession, token: str, now: datetime) -> bool:
    """Use up the challenge with this token. False if we never issued it, or it has expired or was used."""
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
    return taken is not None


def _token_in(reported: dict[str, Any]) -> str:
    try:
        client = json.loads(crypto.unb64(reported["response"]["clientDataJSON"]))
        return crypto.unb64(client["challenge"]).decode()
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""


def rp_id(base_url: str) -> str:
    """The relying party's id, to which browsers bind a passkey: our host."""
    return urlsplit(base_url).hostname or ""


def as_json(options: Any) -> dict[str, Any]:
    from webauthn import options_to_json

    found: dict[str, Any] = json.loads(options_to_json(options))
    return found
