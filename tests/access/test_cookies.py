"""The cookies of a browser."""

from server.access.cookies import PERSON_COOKIE
from tests.access.scene import Issue, agreeing
from tests.browser_without_screen import Browser
from tests.cast import Cast
from tests.conftest import Enter, StillClock


async def test_the_cookie_is_taken_back_in_a_way_that_browsers_accept(signed_in: Enter, cast: Cast) -> None:
    """A cookie named __Host- is only ever changed by one that is Secure and for the path / (RFC 6265bis §4.1.3)."""
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    for out in (await rosa.submit("/sign-out"), await maria.submit("/staff/sign-out")):
        [said] = [said for said in out.history[0].headers.get_list("set-cookie") if said.startswith("__Host-interlude")]
        assert "Max-Age=0" in said
        assert "Secure" in said
        assert "Path=/" in said


async def test_case_162_signing_out_does_not_clear_by_a_header(signed_in: Enter, cast: Cast) -> None:
    """WebKit would hang. What the phone keeps, its page clears (tests/journeys/test_offline_bundle.py)."""
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    for out in (await rosa.submit("/sign-out"), await maria.submit("/staff/sign-out")):
        assert out.history
        assert all("clear-site-data" not in answer.headers for answer in [*out.history, out])


async def test_a_session_lasts_as_long_as_a_browser_keeps_a_cookie(
    signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    clock.move(days=399)
    assert (await rosa.get("/settings")).url.path == "/settings"
    clock.move(days=1)
    assert (await rosa.get("/settings")).url.path == "/join"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser, issue: Issue) -> None:
    answer = await browser.submit("/join", agreeing(await issue()))
    [said] = [header for header in answer.history[0].headers.get_list("set-cookie") if header.startswith(PERSON_COOKIE)]
    for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert attribute in said
    assert "Domain" not in said
