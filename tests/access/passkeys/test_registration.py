"""A second passkey asks for proof again (case 121)."""

from tests.access.authenticator import Authenticator
from tests.access.scene import OPENS
from tests.cast import Cast
from tests.conftest import Enter, StillClock


async def test_case_121_a_second_passkey_asks_for_proof_again(
    signed_in: Enter, cast: Cast, clock: StillClock, key: Authenticator
) -> None:
    """The first one needs none. After that: a code, or the first passkey, a moment ago."""
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    clock.move(days=1)
    first = await key.make(rosa)
    assert (await rosa.post_json("/passkey/options", {})).json()["detail"] == "prove"
    assert (await rosa.post_json("/passkey", {})).status_code == 403
    await key.make(luis)  # hers is not his
    assert await key.sign_in(rosa, first) == OPENS
    clock.move(minutes=15)
    await key.make(rosa)
    clock.move(seconds=1)
    assert (await rosa.post_json("/passkey/options", {})).status_code == 403
