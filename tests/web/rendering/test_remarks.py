"""What a page says once, and nowhere else (case 89)."""

import pytest

from server.web.rendering import remarks
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter

REFUSED = "This page has changed since you opened it. Nothing was saved."
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = ONE_DATABASE


async def refused_of(staff: Browser, cast: Cast) -> str:
    """Maria's page is older than a pause. The address of the page that says so, which was not opened yet."""
    path = f"/staff/patients/{cast.rosa.id}"
    await staff.submit(f"{path}/pause", {"why": "holiday"})
    sent = await staff.submit_and_stay(f"{path}/pause", {"why": "resume", "shown": "none"})
    assert sent.headers["location"] == path
    return path


async def test_case_89_a_remark_waits_for_its_own_page_and_is_made_once(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    path = await refused_of(maria, cast)
    for other in ("/staff", "/staff/schedule", f"/staff/patients/{cast.walter.id}"):
        assert REFUSED not in words(await maria.get(other))
    assert REFUSED in words(await maria.get(path))
    for again in (path, f"{path}?late=yes", "/staff", path):
        assert REFUSED not in words(await maria.get(again))


async def test_case_126_a_head_request_makes_no_remark(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    path = await refused_of(maria, cast)
    assert (await maria.http.head(path)).status_code == 200
    assert REFUSED in words(await maria.get(path))


async def test_case_89_a_remark_is_about_a_page_of_ours_and_about_nothing_else(signed_in: Enter, cast: Cast) -> None:
    """A cookie that somebody has written brings no words of theirs."""
    maria = await signed_in(cast.maria)
    for value in ("late", "late%20%20", "%00", "done%20%3Cb%3E%20/staff", "a" * 4000):
        maria.http.cookies.set(remarks.COOKIE, value, domain="localhost", path="/")
        page = await maria.get("/staff")
        assert (page.status_code, "<b>" in page.text) == (200, False)
