"""Errors are reported plainly, as a page or as a problem document. Junk never causes a server error (case 68)."""

import gzip

import pytest
from litestar import Litestar
from litestar.testing import RequestFactory
from markupsafe import escape
from sqlalchemy import update

from server.access.models import DeviceSession
from server.appointments.models import Appointment
from server.db import Database
from server.people.models import Caregiver, Patient, PhoneCall
from server.web import problems
from tests.browser_without_screen import ORIGIN, Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import rows

JSON = {"content-type": "application/json", "accept": "application/json", "origin": ORIGIN}
SCRIPTED = ["/push/receipts", "/visits/reply", "/push/subscriptions"]
JUNK = [
    b"{nope",
    b"\xff\xfe{}",
    b"[]",
    b"5",
    b"null",
    b'"text"',
    b"{}",
    b'{"token": "\x00", "event": "shown", "reply": "coming"}',
    b'{"token": "\\u0000", "event": "shown", "reply": "coming"}',
    b'{"token": "\\ud800", "event": "shown", "reply": "coming"}',
    b'{"token": ["x"], "event": ["shown"], "reply": ["coming"]}',
    b'{"token": "x", "event": {}, "reply": {}}',
    b"[" * 100_000,
    b'{"a":' * 30_000,
    gzip.compress(b"0" * 1_000_000),
]


@pytest.mark.parametrize("path", SCRIPTED)
async def test_case_68_junk_from_a_script_is_a_client_error(signed_in: Enter, cast: Cast, path: str) -> None:
    rosa = await signed_in(cast.rosa)
    wrong = {}
    for body in JUNK:
        answer = await rosa.http.post(path, content=body, headers=JSON)
        kind = answer.headers["content-type"]
        if answer.status_code not in (400, 404) or kind != "application/problem+json":
            wrong[body[:60]] = (answer.status_code, kind)
    assert wrong == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", [*SCRIPTED, "/join", "/settings/text"])
async def test_case_68_a_megabyte_is_too_large(signed_in: Enter, cast: Cast, path: str) -> None:
    rosa = await signed_in(cast.rosa)
    scripted = path in SCRIPTED
    kind = "application/json" if scripted else "application/x-www-form-urlencoded"
    content = b'{"token": "' + b"x" * 1_000_000 + b'"}' if scripted else b"a=" + b"x" * 1_000_000
    headers = JSON | {"content-type": kind, "x-csrftoken": await rosa.csrf()}
    assert (await rosa.http.post(path, content=content, headers=headers)).status_code == 413


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_68_a_form_with_ten_thousand_parts_is_refused(browser: Browser) -> None:
    many = {f"field{n}": "x" for n in range(10_000)}
    plain = await browser.submit("/join/code", many)
    assert plain.status_code in (400, 413, 422)
    token = {"x-csrftoken": await browser.csrf()}
    parts = {name: (None, value) for name, value in many.items()}
    assert (await browser.http.post("/join/code", files=parts, headers=token)).status_code in (400, 413)


async def test_a_null_character_in_an_id_is_not_found(signed_in: Enter, cast: Cast) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    for path in ("/visits/%00", "/check-ins/%00", "/check-ins/%00/sent"):
        assert (await rosa.get(path)).status_code in (400, 404), path
    for path in ("/staff/patients/%00", "/staff/visits/%00", "/staff/responses/%00", "/staff/visits/new?patient=%00"):
        assert (await maria.get(path)).status_code in (200, 400, 404), path
    named = await maria.submit("/staff/patients", {"name": "Ro\x00sa", "zone": "America/New_York", "contact": "call"})
    assert named.status_code in (200, 400, 422)


async def test_a_null_character_in_a_form_causes_no_server_error(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    form = {"patient": cast.rosa.id, "date": "2026-12-01", "time": "10:00", "place": "Room\x00 2"}
    assert (await maria.submit("/staff/visits", form)).status_code in (200, 400, 422)
    caregiver = {"name": "Ana", "relation": "sis\x00ter"}
    answer = await maria.submit(f"/staff/patients/{cast.rosa.id}/caregivers", caregiver)
    assert answer.status_code in (200, 400, 422)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_person_gets_a_page_and_a_script_gets_a_problem(browser: Browser) -> None:
    page = await browser.get("/nothing/here")
    assert page.status_code == 404
    assert "There is a problem" in page.text
    problem = await browser.http.get("/nothing/here", headers={"accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_request_without_a_session_is_sent_to_the_right_sign_in(browser: Browser) -> None:
    assert (await browser.get("/settings")).url.path == "/join"
    assert (await browser.get("/staff/schedule")).url.path == "/staff/sign-in"
    assert (await browser.get("/staff/team")).url.path == "/staff/sign-in"
    assert (await browser.post_json("/open", {})).status_code == 401
    assert (await browser.submit("/settings/text", {"detail": "on"})).status_code == 401


LONG = "Somebody has to drive you home. " * 200  # 6,400 characters
FORMS = {
    "book": (
        "/staff/visits",
        {"patient": "{rosa}", "date": "2026-12-01", "time": "10:00", "count": "1"},
        "instructions",
    ),
    "place": ("/staff/visits", {"patient": "{rosa}", "date": "2026-12-01", "time": "10:00", "count": "1"}, "place"),
    "register": ("/staff/patients", {"name": "Ana Ruiz", "zone": "America/New_York"}, "instructions"),
    "clinic": ("/staff/clinic", {"name": "Harbor", "zone": "America/New_York"}, "visit_instructions"),
    "call": ("/staff/patients/{rosa}/calls", {"outcome": "reached"}, "note"),
    "caregiver": ("/staff/patients/{rosa}/caregivers", {"name": "Luis"}, "relation"),
}


@pytest.mark.parametrize("name", FORMS)
async def test_case_84_a_text_that_is_too_long_is_refused_and_returned_whole(
    signed_in: Enter, cast: Cast, database: Database, name: str
) -> None:
    path, values, field = FORMS[name]
    ruth = await signed_in(cast.ruth)
    before = await _counts(database)
    filled = {key: value.format(rosa=cast.rosa.id) for key, value in values.items()}
    page = await ruth.submit(path.format(rosa=cast.rosa.id), filled | {field: LONG})
    assert page.status_code == 422
    assert "6,399" in words(page) or "6399" in words(page)
    assert LONG.strip() in page.text
    assert await _counts(database) == before


async def _counts(database: Database) -> list[int]:
    tables = (Appointment, Patient, PhoneCall, Caregiver)
    return [len(await rows(database, table)) for table in tables]


async def test_case_91_a_note_sent_after_the_session_ended_is_returned(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    token = await maria.csrf()
    async with database.writing() as db:
        await db.execute(update(DeviceSession).values(ended_at=NOW))
    note = "Called her husband: <b>thicker</b> drinks from today."
    page = await maria.http.post(
        f"/staff/patients/{cast.rosa.id}/calls",
        data={"outcome": "reached", "note": note, "_csrf_token": token, "password": "a secret of hers"},
        headers={"accept": "text/html"},
    )
    assert (page.status_code, "You were signed out" in words(page)) == (401, True)
    assert str(escape(note)) in page.text
    assert 'action="/staff/sign-in"' in page.text
    assert "a secret of hers" not in page.text
    assert page.text.split("<main", 1)[1].count(token) == 1  # the field of the form to sign in


@pytest.mark.parametrize(
    ("headers", "is_json"),
    [
        ({"accept": "application/json"}, True),
        ({"accept": "text/html,application/json"}, False),
        ({"accept": "*/*", "content-type": "application/json"}, True),
        ({}, False),
    ],
)
def test_a_script_gets_a_problem_document_and_a_person_a_page(
    app: Litestar, headers: dict[str, str], is_json: bool
) -> None:
    assert problems.wants_json(RequestFactory(app=app).get("/", headers=headers)) == is_json
