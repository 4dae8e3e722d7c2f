"""Each form of each page, refused: it comes back in its own layout, filled in, with the message at the field (116)."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from httpx import Response
from litestar import Response as ErrorPage

from server.db import Database
from server.web.form_fields import LONGEST
from server.web.refused_forms import own_page
from tests.access.test_guards import ONE_DATABASE
from tests.browser_without_screen import ORIGIN, Browser
from tests.cast import Cast
from tests.conftest import Enter
from tests.routes import ROUTES
from tests.web.form_reader import CHOSEN, TEXTS, Field, PageForm, read
from tests.world import World, address, method, world_of

LONG = "Thicker drinks since Monday. " * (LONGEST // 20)
# These end the session that the other forms need.
ENDS = ("/sign-out", "/staff/sign-out", "/settings/leave")
# The form is wrong as a whole: which of its fields is wrong is not said, or the field is hidden.
WHOLE = ("/staff/sign-in", "/staff/link")
EVERYBODY = ("rosa", "luis", "ruth")  # between them they have every form: an admin has those of all staff
SAMPLE = {
    "tel": "(212) 555-0188",
    "email": "ana@harbor.example",
    "password": "a long enough password",
    "date": "2026-12-07",
    "time": "10:00",
    "birth_date": "1961-03-14",
}


@dataclass(frozen=True)
class Standing:
    """A form and the page on which it stands."""

    page: str
    layout: str
    form: PageForm


@pytest.fixture
async def world(database: Database, cast: Cast) -> World:
    async with database.writing() as db:
        return await world_of(db, cast.rosa, cast.maria)


async def forms(device: Browser, world: World) -> AsyncIterator[Standing]:
    """Every form that this person meets, once."""
    met: set[tuple[str, ...]] = set()
    for route in ROUTES:
        if method(route) != "GET" or route.paths & set(ENDS):
            continue
        page = await device.get(address(route, world))
        if page.status_code != 200 or "html" not in page.headers["content-type"]:
            continue
        seen = read(page.text)
        for form in seen.forms:
            key = (form.action, *sorted(each.name for each in form.fields))
            if form.method == "post" and form.action not in ENDS and key not in met:
                met.add(key)
                yield Standing(str(page.url.raw_path, "ascii"), seen.layout, form)


def kinds(form: PageForm) -> list[Field]:
    """One field of each kind: of `opens-0`, `opens-1` and so on, the first."""
    return list({re.sub(r"\d[0-9a-f]*", "", each.name): each for each in reversed(form.fields)}.values())


def typed_by(form: PageForm) -> dict[str, str]:
    """The form filled in; empty fields get a text that can be told apart."""
    empty = [each for each in form.fields if each.kind in (*TEXTS, *SAMPLE) and not each.value]
    first = {each.name: each.value for each in reversed(form.fields) if each.kind == "radio"}
    return (
        first
        | form.sent()
        | {each.name: (SAMPLE.get(each.name) or SAMPLE.get(each.kind, f"My {each.name} text")) for each in empty}
    )


async def again(device: Browser, standing: Standing) -> PageForm | None:
    """The form as its page has it now; None if another form has settled what it is for."""
    page = read((await device.get(standing.page)).text)
    return next((form for form in page.forms if is_same(form, standing.form)), None)


def is_same(form: PageForm, other: PageForm) -> bool:
    return form.action == other.action and names(form) >= names(other)


async def send(device: Browser, standing: Standing, fields: dict[str, str]) -> Response:
    headers = {"referer": f"{ORIGIN}{standing.page}", "sec_fetch_site": "same-origin"}
    return await device.submit(standing.form.action, fields, **headers)


def faults(answer: Response, standing: Standing, sent: dict[str, str], wrong: str = "") -> list[str]:
    """What is not as it should be in the answer to a refused form."""
    found, page = [], read(answer.text)
    if page.layout != standing.layout:
        found.append(f"layout {page.layout}")
    shown = next((form for form in page.forms if is_same(form, standing.form)), None)
    if shown is None:
        return [*found, "the form is gone"]
    for each in standing.form.fields:
        if each.kind in TEXTS and not each.is_once and not any(is_kept(kept, sent) for kept in shown.named(each.name)):
            found.append(f"{each.name} is lost")
    marked = [each for each in shown.fields if each.is_wrong]
    if wrong and (not marked or wrong not in {each.name for each in marked}):
        found.append(f"no message at {wrong}")
    found += [f"{each.name} has no message" for each in marked if not set(each.described) & page.ids]
    return found


def asks(answer: Response, standing: Standing) -> bool:
    """Whether nothing is wrong, but staff are asked first: the form has a button more."""
    forms_now = [form for form in read(answer.text).forms if is_same(form, standing.form)]
    return any({"another", "anyway"} & names(form) for form in forms_now)


def names(form: PageForm) -> set[str]:
    return {each.name for each in form.fields}


def is_kept(kept: Field, sent: dict[str, str]) -> bool:
    return kept.value.strip() == sent.get(kept.name, "").strip()


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("name", EVERYBODY)
async def test_case_116_a_text_that_is_too_long_comes_back_in_its_field(
    signed_in: Enter, cast: Cast, world: World, name: str
) -> None:
    device = await signed_in(getattr(cast, name))
    wrong, tried = [], 0
    for standing in [each async for each in forms(device, world)]:
        for each in kinds(standing.form):
            if each.kind in TEXTS:
                if (form := await again(device, standing)) is None:
                    continue
                sent = typed_by(form) | {each.name: LONG}
                answer = await send(device, standing, sent)
                tried += answer.status_code == 422
                if answer.status_code not in (200, 422):
                    wrong.append(f"{standing.form.action} {each.name}: {answer.status_code}")
                elif answer.status_code == 422:
                    wrong += [
                        f"{standing.form.action} {each.name}: {fault}"
                        for fault in faults(answer, standing, sent, each.name)
                    ]
    assert "\n".join(wrong) == ""
    assert tried > 1


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("name", EVERYBODY)
async def test_case_116_a_form_of_a_page_that_is_too_old_comes_back(
    signed_in: Enter, cast: Cast, world: World, name: str
) -> None:
    device = await signed_in(getattr(cast, name))
    wrong = []
    for standing in [each async for each in forms(device, world)]:
        sent = typed_by(standing.form) | {"_csrf_token": "of yesterday"}
        answer = await send(device, standing, sent)
        if answer.status_code != 403:
            wrong.append(f"{standing.form.action}: {answer.status_code}")
        wrong += [f"{standing.form.action}: {fault}" for fault in faults(answer, standing, sent)]
    assert "\n".join(wrong) == ""


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("bad", ["", "\N{SNOWMAN} 9:99"], ids=["missing", "junk"])
async def test_case_116_a_refused_field_says_so_and_loses_nothing(
    signed_in: Enter, cast: Cast, world: World, name: str, bad: str
) -> None:
    device = await signed_in(getattr(cast, name))
    wrong = []
    for standing in [each async for each in forms(device, world)]:
        for each in kinds(standing.form):
            if each.kind in ("hidden", "password", "button") or standing.form.action in WHOLE:
                continue
            if (form := await again(device, standing)) is None:
                continue
            sent = {**typed_by(form), each.name: bad}
            if each.kind in CHOSEN and not bad:
                del sent[each.name]
            answer = await send(device, standing, sent)
            if answer.status_code >= 400 and not asks(answer, standing):
                where = f"{standing.form.action} {each.name}: {answer.status_code}"
                wrong += [f"{where} {fault}" for fault in faults(answer, standing, sent, each.name)]
    assert "\n".join(wrong) == ""


def test_the_form_comes_back_with_the_status_of_its_error() -> None:
    shown = own_page.Shown("Nothing was saved.", {"name": "long"})
    back = own_page.ComesBack(ErrorPage("Please shorten it.", status_code=422), shown)
    assert (back.status_code, back.shown) == (422, shown)
