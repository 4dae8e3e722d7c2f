"""The pages that a new phone shows while it waits for approval (case 63)."""

from litestar import Litestar

from server.access.joining.request_pages import ASKED_COOKIE
from tests.access.joining.scene import LET_IN, number_on
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter


async def test_case_63_only_the_phone_that_asked_learns_the_outcome(
    phone: Browser, app: Litestar, signed_in: Enter, cast: Cast
) -> None:
    number = await number_on(phone)
    rosa, other = await signed_in(cast.rosa), Browser(app)
    await rosa.submit(LET_IN, {"code": number, "whose": cast.rosa.id})
    other.http.cookies.set(ASKED_COOKIE, f"{number.replace(' ', '')}.{'x' * 43}", domain="localhost.local")
    page = await other.get("/join/asked")
    assert ("Before you start" in words(page), "has expired" in words(page)) == (False, True)
    await other.close()
