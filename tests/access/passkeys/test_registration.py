"""Adding a second passkey needs fresh proof of identity (case 121)."""

from tests.access.authenticator import Authenticator
from tests.access.scene import OPENS
from tests.cast import Cast
from tests.conftest import Enter, StillClock


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
