"""A page and its fragment are one template, and no personal page is ever cached."""

import re
from datetime import UTC, datetime

import pytest
from httpx import Response
from litestar import Litestar

from server import language
from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.db import Database
from server.web import render
from server.web.assets import Assets
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, answered, due_check_in

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGES = ["/", "/answers", "/help", "/settings", "/reminders", "/privacy", "/install", "/sign-out"]
DESK = ["/staff", "/staff/schedule", "/staff/patients", "/staff/visits/new", "/staff/account"]


def inside(page: Response) -> str:
    found = re.search(r"<main[^>]*>(.*)</main>", page.text, re.S)
    assert found is not None
    return _settled(found[1])


def _settled(html: str) -> str:
    """The text without the tokens that differ each time and the white space that the frame adds."""
    return re.sub(
        r'(_csrf_token" value=")[^"]*|(<code>).*?</code>|src="data:[^"]*|(secret|once)" value="[^"]*', "", html
    ).strip()


@ONE_DATABASE
async def test_a_fragment_is_the_inside_of_its_page(signed_in: Enter, cast: Cast) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    for device, paths in ((rosa, PAGES), (maria, DESK)):
        for path in paths:
            page, fragment = await device.get(path), await device.get(path, hx_request="true")
            assert "<html" in page.text, path
            assert "<html" not in fragment.text, path
            body = re.sub(r"<title>.*?</title>", "", fragment.text, flags=re.S)
            assert _settled(body) == inside(page), path


@ONE_DATABASE
async def test_every_page_varies_by_who_asks(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    for path in PAGES:
        for headers in ({}, {"hx_request": "true"}):
            answer = await rosa.get(path, **headers)
            assert answer.headers["cache-control"] == "no-store", path
            assert "hx-request" in answer.headers["vary"].lower(), path


@ONE_DATABASE
async def test_a_page_restored_from_history_is_complete(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    assert "<html" in (await rosa.get("/", hx_request="true", hx_history_restore_request="true")).text


@ONE_DATABASE
async def test_a_header_tells_htmx_where_to_go(browser: Browser) -> None:
    answer = await browser.get("/", hx_request="true")
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/join")
    assert answer.headers["cache-control"] == "no-store"


@ONE_DATABASE
async def test_every_answer_carries_the_security_headers(app: Litestar, browser: Browser) -> None:
    for path in ("/join", "/nothing/here", "/settings", "/push/key", "/manifest.json", "/health/live"):
        headers = (await browser.http.get(path, follow_redirects=False)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"].startswith("max-age=")
        assert headers["referrer-policy"] == "same-origin"


@ONE_DATABASE
async def test_no_page_has_inline_scripts_or_styles(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    for path in PAGES:
        html = (await rosa.get(path)).text
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|javascript:", html), path


def test_a_page_leaves_out_the_indentation_of_its_template() -> None:
    indented = """<p>
      {% if name %}
        <b>{{ name }}</b>
        {%- trans %}
          can
          come
        {% endtrans %}
      {% endif %}
    </p>"""
    env = render.environment(Assets())
    assert env.from_string(indented).render(name="Rosa") == "<p>\n<b>Rosa</b>can come</p>"


@ONE_DATABASE
async def test_case_103_a_page_names_a_year_that_is_not_this_one(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    """Where one day of another year stands among days of this one, on the desk and on the phone."""
    clock.now = datetime(2026, 12, 31, 23, tzinfo=UTC)
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa, now=clock())
        await answered(db, cast.rosa, check_in, STEADY, clock())
        visit = await booking.book(work_by(db, cast.maria, clock()), cast.rosa, NewAppointment(datetime(2027, 2, 1, 9)))
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    desk = [f"/staff/visits/{visit.id}", f"/staff/patients/{cast.rosa.id}", f"/staff/patients/{cast.rosa.id}/print"]
    for path in desk:
        assert re.search(r"(Feb 1|February 1), 2027", words(await maria.get(path))), path
    assert "Dec 31, 2026" not in words(await rosa.get("/answers"))
    clock.move(days=3)
    assert "Dec 31, 2026" in words(await rosa.get("/answers"))


def test_case_103_an_hour_at_the_end_of_a_sentence_has_one_dot() -> None:
    env = render.environment(Assets())
    source = "{% trans when=at|day_and_hour %}Your clinic received this on {{ when }}.{% endtrans %}"
    with language.speaking("es"):
        shown = env.from_string(source).render(at=datetime(2026, 12, 1, 9))
    assert shown == "Su clínica lo recibió el mar 1 dic, 9:00\u00a0a.m."


def test_an_attribute_on_its_own_line_stays_separate() -> None:
    env = render.environment(Assets())
    source = "<input{% if wrong %} required{% endif %}\n    disabled>"
    assert env.from_string(source).render(wrong=True).split() == ["<input", "required", "disabled>"]
