"""A staff member's own session, through the pages (case 63)."""

from server.web.cookies import STAFF_COOKIE
from tests.cast import Cast
from tests.conftest import Enter, StillClock


async def test_signing_out_ends_the_session(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    cookie = f"{STAFF_COOKIE}={maria.http.cookies[STAFF_COOKIE]}"
    assert (await maria.submit("/staff/sign-out")).url.path == "/staff/sign-in"
    assert (await maria.get("/staff", cookie=cookie)).url.path == "/staff/sign-in"


async def test_a_session_ends_after_a_long_shift(signed_in: Enter, cast: Cast, clock: StillClock) -> None:
    maria = await signed_in(cast.maria)
    clock.move(hours=13, minutes=59)
    assert (await maria.get("/staff")).url.path == "/staff"
    clock.move(minutes=1)
    assert (await maria.get("/staff")).url.path == "/staff/sign-in"
