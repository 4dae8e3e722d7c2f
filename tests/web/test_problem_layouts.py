"""Errors come in the layout of whoever asks, say what happened in plain words, and lead on (case 116)."""

import pytest
from httpx import Response
from sqlalchemy import update

from server.access.models import DeviceSession
from server.db import Database
from server.devices import subscriptions
from server.people import flow as people
from tests.access.test_guards import LEAVES, ONE_DATABASE, WALK
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.web.form_reader import read
from tests.world import NOTHING, address, method

STAFF = ("maria", "ken", "ruth", "tom")
ENDS = {"/sign-out", "/staff/sign-out"} | LEAVES
OF_PHONES = ("/join", "/passkey/", "/go/", "/stop-email/")  # a phone's pages, also where staff open them


def layout_of(name: str, path: str) -> str:
    return "desk" if name in STAFF or path.split("/")[1] == "staff" else "phone"


def faults(answer: Response, layout: str) -> list[str]:
    page = read(answer.text)
    found = [] if page.layout == layout else [f"layout {page.layout}"]
    leads_on = any(link.startswith("/") for link in page.links) or any(form.action for form in page.forms)
    if not leads_on or "<h1" not in answer.text or len(words(answer)) < 40:
        found.append("says or leads to nothing")
    return found


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("name", ["nobody", "rosa", "luis", *STAFF])
async def test_case_116_every_refusal_comes_in_the_layout_of_whoever_asks(
    browser: Browser, signed_in: Enter, cast: Cast, name: str
) -> None:
    device = browser if name == "nobody" else await signed_in(getattr(cast, name))
    wrong, tried = [], 0
    for route in WALK:
        path = address(route, NOTHING)
        if route.paths & ENDS or path.startswith("/static/") or (name in STAFF and path.startswith(OF_PHONES)):
            continue
        answers = [await device.get(path)]
        if method(route) == "POST" and not route.opt.get("no_csrf"):
            answers.append(await device.submit(path))
        for answer in answers:
            if answer.status_code >= 400 and "html" in answer.headers.get("content-type", ""):
                tried += 1
                found = faults(answer, layout_of(name, path))
                wrong += [f"{route.name} {answer.status_code}: {fault}" for fault in found]
    assert "\n".join(wrong) == ""
    assert tried > 20


@ONE_DATABASE
@pytest.mark.parametrize(
    ("name", "path", "says"),
    [
        ("maria", "/staff/team", "Only an admin of the clinic may do this"),
        ("ken", "/staff/clinic", "Only an admin of the clinic may do this"),
        ("maria", "/staff/triggers/new", "Only a clinician or an admin of the clinic may do this"),
        ("luis", "/my-data", "Only the patient may do this"),
        ("maria", "/settings", "This page is for patients and their helpers. You are signed in as staff."),
    ],
)
async def test_case_116_a_role_that_may_not_do_something_is_told_so(
    signed_in: Enter, cast: Cast, name: str, path: str, says: str
) -> None:
    page = await (await signed_in(getattr(cast, name))).get(path)
    assert (page.status_code, says in words(page)) == (403, True)


@ONE_DATABASE
@pytest.mark.parametrize("name", ["rosa", "maria"])
async def test_case_116_an_unknown_address_and_a_body_too_large_keep_the_layout(
    signed_in: Enter, cast: Cast, name: str
) -> None:
    device = await signed_in(getattr(cast, name))
    large = {"note": "x" * 300_000}
    for answer, status in (
        (await device.get("/nothing/here"), 404),
        (await device.get("/join/code"), 405),
        (await device.submit("/staff/patients" if name == "maria" else "/settings/contact", large), 413),
    ):
        assert (answer.status_code, faults(answer, layout_of(name, answer.url.path))) == (status, [])


@ONE_DATABASE
@pytest.mark.parametrize(("name", "path"), [("rosa", "/settings/reminders"), ("maria", "/staff/patients")])
async def test_case_116_a_fault_of_ours_keeps_the_layout(
    signed_in: Enter, cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str, path: str
) -> None:
    device = await signed_in(getattr(cast, name))
    monkeypatch.setattr(people, "roster", _fails)
    monkeypatch.setattr(subscriptions, "is_subscribed", _fails)
    page = await device.get(path)
    assert (page.status_code, faults(page, layout_of(name, path))) == (500, [])
    assert "Something went wrong on our side" in words(page)


async def _fails(*_given: object) -> None:
    raise ZeroDivisionError


@ONE_DATABASE
@pytest.mark.parametrize(("name", "path"), [("rosa", "/settings/contact"), ("maria", "/staff/patients")])
async def test_case_116_a_form_after_the_session_ended_keeps_the_layout_and_the_text(
    signed_in: Enter, cast: Cast, database: Database, name: str, path: str
) -> None:
    device = await signed_in(getattr(cast, name))
    async with database.writing() as db:
        await db.execute(update(DeviceSession).values(ended_at=NOW))
    page = await device.submit(path, {"phone": "Ask my sister for the number"})
    assert (page.status_code, faults(page, layout_of(name, path))) == (401, [])
    assert "Ask my sister for the number" in page.text
