"""The authorization matrix, built from the router: every route, requested as every kind of person (case 61)."""

from collections.abc import Callable

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import RequestFactory

from server.access import guards
from server.actor import Visitor
from server.audit import AuditEvent
from server.db import Database
from server.web.dependencies import MayOpen
from tests.browser_without_screen import ORIGIN, Browser
from tests.cast import Cast, acting
from tests.conftest import Enter
from tests.routes import ROUTES, Route
from tests.stories import rows
from tests.world import NOTHING, World, address, method, parameters, world_of

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SCRIPT = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
# Signing out would end the session that the other requests of a walk need.
LAST = {"/sign-out", "/staff/sign-out"}
LEAVES = {"/settings/leave"}  # ends the session too; it has its own tests
WALK = sorted(
    (route for route in ROUTES if not route.paths & LEAVES),
    key=lambda handler: (bool(handler.paths & LAST), sorted(handler.paths)[0]),
)

# Who may use a route, by its `who`. Tom is an admin of another clinic.
MAY = {
    "nobody": {"anyone"},
    "rosa": {"anyone", "person", "patient"},
    "luis": {"anyone", "person"},
    "maria": {"anyone", "staff"},
    "ken": {"anyone", "staff", "clinician"},
    "ruth": {"anyone", "staff", "clinician", "admin"},
    "tom": {"anyone", "staff", "clinician", "admin"},
}


async def ask(device: Browser, handler: Route, world: World) -> Response:
    """Send the request as the page's own form or script would, with a valid CSRF token."""
    headers = SCRIPT | {"accept": "text/html", "x-csrftoken": await device.csrf()}
    path, verb = address(handler, world), method(handler)
    if handler.opt.get("no_csrf") and verb == "POST":
        return await device.http.request(verb, path, json={}, headers=headers, follow_redirects=False)
    return await device.http.request(verb, path, headers=headers, follow_redirects=False)


def kept_out(handler: Route, answer: Response) -> bool:
    """Whether the answer refuses the asker: not signed in, or not allowed."""
    to_the_door = answer.headers.get("location") in ("/join", "/staff/sign-in") and answer.status_code == 303
    leaves = "/" in handler.paths or (handler.paths & LAST and method(handler) == "POST")
    return answer.status_code in (401, 403) or (to_the_door and not leaves)


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("name", MAY)
async def test_case_61_every_route_admits_only_those_whom_it_names(
    app: Litestar, signed_in: Enter, cast: Cast, name: str
) -> None:
    device = Browser(app) if name == "nobody" else await signed_in(getattr(cast, name))
    wrong, broken = [], []
    for handler in WALK:
        answer = await ask(device, handler, NOTHING)
        where = f"{method(handler)} {sorted(handler.paths)[0]}: {answer.status_code}"
        if kept_out(handler, answer) == (handler.opt["who"] in MAY[name]):
            wrong.append(where)
        if answer.status_code >= 500:
            broken.append(where)
    assert (wrong, broken) == ([], [])
    if name == "nobody":
        await device.close()


def for_phones(handler: Route) -> bool:
    return handler.opt["who"] in ("person", "patient")


def for_helpers(handler: Route) -> bool:
    return bool(handler.opt["who"] == "person")


def for_staff(handler: Route) -> bool:
    return handler.opt["who"] in ("staff", "clinician", "admin")


@pytest.fixture
async def worlds(database: Database, cast: Cast) -> dict[str, World]:
    async with database.writing() as db:
        return {
            "rosa": await world_of(db, cast.rosa, cast.maria),
            "walter": await world_of(db, cast.walter, cast.ken),
            "helen": await world_of(db, cast.helen, cast.tom),
        }


async def walk(device: Browser, world: World, which: Callable[[Route], bool]) -> dict[str, int]:
    """Request every route that names a row, with the rows of `world`. Returns the status of each."""
    found = {}
    for handler in WALK:
        if which(handler) and parameters(handler):
            answer = await ask(device, handler, world)
            found[f"{method(handler)} {sorted(handler.paths)[0]}"] = answer.status_code
    return found


@pytest.mark.sweep
@ONE_DATABASE
async def test_case_61_people_can_open_their_own_rows(signed_in: Enter, cast: Cast, worlds: dict[str, World]) -> None:
    """Without this, the next tests would pass for an app that answers 404 to everything."""
    rosa, ruth = await signed_in(cast.rosa), await signed_in(cast.ruth)
    of_rosa, of_ruth = await walk(rosa, worlds["rosa"], for_phones), await walk(ruth, worlds["rosa"], for_staff)
    assert [where for where, status in (of_rosa | of_ruth).items() if status == 404] == []
    assert len(of_rosa) > 10
    assert len(of_ruth) > 12


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize(
    ("name", "whose", "which"),
    [
        ("rosa", "walter", for_phones),
        ("rosa", "helen", for_phones),
        ("luis", "walter", for_helpers),
        ("ruth", "helen", for_staff),
        ("tom", "rosa", for_staff),
    ],
)
async def test_case_61_the_rows_of_others_are_not_found(
    signed_in: Enter,
    database: Database,
    cast: Cast,
    worlds: dict[str, World],
    name: str,
    whose: str,
    which: Callable[[Route], bool],
) -> None:
    device = await signed_in(getattr(cast, name))
    theirs = set(vars(worlds[whose]).values())
    before = [event.id for event in await rows(database, AuditEvent) if event.subject_id in theirs]
    answers = await walk(device, worlds[whose], which)
    assert {where: status for where, status in answers.items() if status != 404} == {}
    after = [event.id for event in await rows(database, AuditEvent) if event.subject_id in theirs]
    assert sorted(after) == sorted(before)


@ONE_DATABASE
async def test_case_61_the_rows_of_others_are_not_found_by_form_or_query(
    signed_in: Enter, cast: Cast, worlds: dict[str, World], database: Database
) -> None:
    maria, rosa = await signed_in(cast.maria), worlds["rosa"]
    form = {"patient": cast.helen.id, "date": "2026-12-01", "time": "10:00"}
    assert (await maria.submit("/staff/visits", form)).status_code == 422
    assert "Helen" not in (await maria.get(f"/staff/visits/new?patient={cast.helen.id}")).text
    other = {"caregiver": cast.luis.id}
    assert (await maria.submit(f"/staff/patients/{cast.walter.id}/pair", other)).status_code == 404
    mixed = f"/staff/patients/{cast.walter.id}/plans/{rosa.plan_id}/end"
    assert (await maria.submit(mixed)).status_code == 404


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"origin": ORIGIN}, True),
        (SCRIPT, True),
        (SCRIPT | {"sec-fetch-site": "same-site"}, False),
        (SCRIPT | {"sec-fetch-site": "cross-site"}, False),
        (SCRIPT | {"origin": "https://elsewhere.example"}, False),
        ({}, False),
    ],
)
def test_a_script_of_another_site_is_recognized(app: Litestar, headers: dict[str, str], is_ours: bool) -> None:
    assert guards.is_same_origin(RequestFactory(app=app).post("/", headers=headers)) == is_ours


def test_a_route_is_asked_for_by_the_person_of_its_kind(app: Litestar, cast: Cast) -> None:
    request = RequestFactory(app=app).get("/")
    rosa, maria = acting(cast.rosa), acting(cast.maria)
    request.scope["user"] = Visitor(person=rosa, staff=maria)
    assert [guards.asking(request, who) for who in (MayOpen.PERSON, MayOpen.PATIENT)] == [rosa, rosa]
    assert [guards.asking(request, who) for who in (MayOpen.STAFF, MayOpen.ADMIN)] == [maria, maria]
    assert guards.asking(request, MayOpen.ANYONE) is None
