"""A proof says for minutes which passkey a phone has proved to hold (cases 97, 121)."""

from datetime import timedelta

from server.access.models import Passkey
from server.access.passkeys import proofs
from server.access.rules import CHALLENGE_LIFE
from server.db import Database
from tests.cast import NOW, Cast
from tests.world import passkey_of

SECOND = timedelta(seconds=1)


async def issued(database: Database, cast: Cast) -> tuple[str, str]:
    """The passkey's id and the proof."""
    async with database.writing() as db:
        passkey = await db.get_one(Passkey, await passkey_of(db, cast.rosa))
        return passkey.id, await proofs.issue_proof(db, passkey, NOW)


async def taken(database: Database, proof: str, after: timedelta = SECOND) -> str | None:
    async with database.writing() as db:
        passkey = await proofs.take_proof(db, proof, NOW + after)
        return passkey.id if passkey else None


async def test_case_121_a_proof_is_read_often_and_taken_once(database: Database, cast: Cast) -> None:
    passkey_id, proof = await issued(database, cast)
    for _ in range(2):
        async with database.reading() as db:
            found = await proofs.proved_passkey(db, proof)
            assert found is not None
            assert found.id == passkey_id
    assert [await taken(database, proof), await taken(database, proof)] == [passkey_id, None]


async def test_case_121_a_proof_expires_as_a_challenge_does(database: Database, cast: Cast) -> None:
    passkey_id, proof = await issued(database, cast)
    assert await taken(database, proof, CHALLENGE_LIFE) is None
    assert await taken(database, proof, CHALLENGE_LIFE - SECOND) == passkey_id


async def test_case_121_a_proof_that_we_did_not_issue_is_none(database: Database, cast: Cast) -> None:
    _, proof = await issued(database, cast)
    _, other = await issued(database, cast)
    mixed = f"{proof.partition('.')[0]}.{other.partition('.')[2]}"
    for text in ("", ".", "a.b", "é.é", proof[:-2], proof + "A", mixed):
        assert await taken(database, text) is None
