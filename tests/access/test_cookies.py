"""The session cookies."""

import pytest
from litestar import Litestar
from litestar.testing import RequestFactory

from server.access import cookies
from server.access.platforms import Platform
from server.web.cookies import PERSON_COOKIE
from tests.access.scene import Issue, agreeing
from tests.browser_without_screen import Browser
from tests.cast import Cast
from tests.conftest import Enter, StillClock


async def test_a_cookie_is_deleted_in_the_way_that_browsers_accept(signed_in: Enter, cast: Cast) -> None:
    """Only a Secure cookie for the path / may change one whose name starts with __Host- (RFC 6265bis §4.1.3)."""
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    for out in (await rosa.submit("/sign-out"), await maria.submit("/staff/sign-out")):
        [header] = [
            header for header in out.history[0].headers.get_list("set-cookie") if header.startswith("__Host-interlude")
        ]
        assert "Max-Age=0" in header
        assert "Secure" in header
        assert "Path=/" in header


async def test_case_162_signing_out_sends_no_clear_site_data(signed_in: Enter, cast: Cast) -> None:
    """WebKit would hang. The page itself clears what the phone keeps (tests/journeys/test_offline_bundle.py)."""
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    for out in (await rosa.submit("/sign-out"), await maria.submit("/staff/sign-out")):
        assert out.history
        assert all("clear-site-data" not in answer.headers for answer in [*out.history, out])


async def test_case_98_a_session_lasts_as_long_after_its_last_use_as_browsers_keep_a_cookie(
    signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    for days in (399, 399):
        clock.move(days=days)
        used = await rosa.get("/settings")
        assert used.url.path == "/settings"
        [prolonged] = [header for header in used.headers.get_list("set-cookie") if header.startswith(PERSON_COOKIE)]
        assert f"Max-Age={400 * 24 * 3600}" in prolonged
        for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
            assert attribute in prolonged
    assert "set-cookie" not in (await rosa.get("/settings")).headers
    clock.move(days=400)
    gone = await rosa.get("/settings")
    assert gone.url.path == "/join"


async def test_case_98_what_a_phone_fetches_by_itself_does_not_prolong_its_session(
    signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    clock.move(days=399)
    assert (await rosa.http.get("/held", headers={"accept": "application/json"})).status_code in (200, 304)
    clock.move(days=1)
    assert (await rosa.get("/settings")).url.path == "/join"


async def test_case_98_signing_out_is_not_undone_by_the_cookie_that_prolongs(
    signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.csrf()
    clock.move(days=2)
    out = await rosa.submit("/sign-out")
    [header] = [header for header in out.history[0].headers.get_list("set-cookie") if header.startswith(PERSON_COOKIE)]
    assert "Max-Age=0" in header


async def test_scripts_and_other_sites_cannot_read_the_cookie(browser: Browser, issue: Issue) -> None:
    answer = await browser.submit("/join", agreeing(await issue()))
    [cookie_header] = [
        header for header in answer.history[0].headers.get_list("set-cookie") if header.startswith(PERSON_COOKIE)
    ]
    for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert attribute in cookie_header
    assert "Domain" not in cookie_header


@pytest.mark.parametrize(("stored", "chosen"), [("es", "es"), ("en", "en"), ("xx", None), ("", None)])
def test_only_a_language_that_we_have_counts_as_chosen(app: Litestar, stored: str, chosen: str | None) -> None:
    request = RequestFactory(app=app).get("/")
    name = cookies.language_cookie(request, stored).key
    request = RequestFactory(app=app).get("/", headers={"cookie": f"{name}={stored}"})
    assert cookies.chosen_language(request) == chosen


def test_a_browser_without_our_cookies_is_known_by_its_headers(app: Litestar) -> None:
    request = RequestFactory(app=app).get("/", headers={"user-agent": "Mozilla/5.0 (iPad; CPU OS 17_0)"})
    assert cookies.device_of(request).platform == Platform.IPAD
    assert cookies.session_token(request) == ""
