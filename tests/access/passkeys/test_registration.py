"""Adding a second passkey needs fresh proof of identity (case 121)."""

from datetime import timedelta

from server.access.models import Passkey
from server.access.passkeys import registration
from server.db import Database
from tests.access.authenticator import Authenticator
from tests.access.scene import OPENS
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import Enter, StillClock
from tests.stories import rows


async def test_case_121_a_second_passkey_needs_fresh_proof(
    signed_in: Enter, cast: Cast, clock: StillClock, key: Authenticator
) -> None:
    """The first passkey needs no proof. For the next one: a code, or the first passkey, within the last minutes."""
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    clock.move(days=1)
    first = await key.make(rosa)
    assert (await rosa.post_json("/passkey/options", {})).json()["detail"] == "prove"
    assert (await rosa.post_json("/passkey", {})).status_code == 403
    await key.make(luis)  # another person's proof does not count
    assert await key.sign_in(rosa, first) == OPENS
    clock.move(minutes=15)
    await key.make(rosa)
    clock.move(seconds=1)
    assert (await rosa.post_json("/passkey/options", {})).status_code == 403


async def test_an_ended_passkey_is_no_longer_listed_and_keeps_the_date(
    signed_in: Enter, cast: Cast, database: Database, key: Authenticator
) -> None:
    rosa = await signed_in(cast.rosa)
    await key.make(rosa)
    [stored] = await rows(database, Passkey)
    async with database.writing() as db:
        [passkey] = await registration.of_person(db, acting(cast.rosa))
        assert passkey.id == stored.id
        for days in (0, 1):
            await registration.end(work_by(db, cast.rosa, NOW + timedelta(days=days)), passkey)
        await db.flush()
        assert await registration.of_person(db, acting(cast.rosa)) == []
        assert passkey.ended_at == NOW
        assert await registration.by_credential(db, b"made up") is None
