"""Each challenge of a passkey is answered once, within minutes."""

import json
from datetime import timedelta
from typing import Any

from server import crypto
from server.access.models import Challenge
from server.access.passkeys import challenges
from server.access.rules import CHALLENGE_LIFE
from server.db import Database
from tests.cast import NOW
from tests.stories import rows

SECOND = timedelta(seconds=1)


def reported(challenge: bytes) -> dict[str, Any]:
    """A browser's report on a challenge that it has answered."""
    client = json.dumps({"challenge": crypto.b64(challenge)}).encode()
    return {"response": {"clientDataJSON": crypto.b64(client)}}


async def issue(database: Database) -> bytes:
    async with database.writing() as db:
        return await challenges.issue_challenge(db, NOW)


async def take(database: Database, reply: dict[str, Any], after: timedelta = SECOND) -> bytes | None:
    async with database.writing() as db:
        return await challenges.take_challenge(db, reply, NOW + after)


async def test_a_challenge_is_accepted_once(database: Database) -> None:
    challenge = await issue(database)
    assert await take(database, reported(challenge)) == challenge
    assert await take(database, reported(challenge)) is None


async def test_a_challenge_expires_after_some_minutes(database: Database) -> None:
    challenge = await issue(database)
    assert await take(database, reported(challenge), CHALLENGE_LIFE) is None
    assert await take(database, reported(challenge), CHALLENGE_LIFE - SECOND) == challenge


async def test_an_unknown_challenge_is_refused(database: Database) -> None:
    await issue(database)
    for reply in (reported(b"made up"), {}, {"response": None}, {"response": {"clientDataJSON": "not base64url!"}}):
        assert await take(database, reply) is None


async def test_only_the_hash_is_stored_and_old_challenges_are_deleted(database: Database) -> None:
    challenge = await issue(database)
    [stored] = await rows(database, Challenge)
    assert stored.challenge_hash == crypto.token_hash(challenge.decode())
    async with database.writing() as db:
        await challenges.issue_challenge(db, NOW + CHALLENGE_LIFE + SECOND)
    assert [one.id == stored.id for one in await rows(database, Challenge)] == [False]


def test_a_passkey_is_bound_to_our_host() -> None:
    assert challenges.rp_id("https://interlude.example.org:8443") == "interlude.example.org"
