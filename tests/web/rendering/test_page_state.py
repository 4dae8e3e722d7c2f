"""A patient's page carries a mark of what it shows, so that it can see that this has changed (case 87)."""

import re
from datetime import timedelta

import pytest

from server.appointments import flow as appointments
from server.appointments.models import Appointment
from server.clock import to_wall
from server.db import Database
from server.web.rendering import page_state
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.routes import ROUTES
from tests.world import World, address, method, world_of

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def world(database: Database, cast: Cast) -> World:
    async with database.writing() as db:
        return await world_of(db, cast.rosa, cast.maria)


async def state_at(device: Browser, path: str) -> tuple[str | None, str | None]:
    """The mark in the page and the one in the header."""
    page = await device.get(path)
    found = re.search(r'<body class="phone" data-state="(\w+)"', page.text)
    return found and found[1], page.headers.get(page_state.HEADER)


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("name", ["rosa", "luis"])
async def test_case_87_a_page_that_has_not_changed_keeps_its_mark(
    signed_in: Enter, cast: Cast, world: World, name: str
) -> None:
    """Else it would reload each time that somebody looks at it."""
    device = await signed_in(getattr(cast, name))
    marked = 0
    for route in ROUTES:
        if method(route) != "GET" or route.opt["who"] not in ("anyone", "person", "patient"):
            continue
        path = address(route, world)
        await device.get(path)  # the first look may mark something as seen
        first, second = await state_at(device, path), await state_at(device, path)
        assert first == second, path
        assert first[0] == first[1], path
        marked += first[0] is not None
    assert marked > 25


@ONE_DATABASE
async def test_case_87_a_visit_that_moves_changes_the_mark_of_its_page_and_of_home(
    signed_in: Enter, cast: Cast, database: Database, world: World
) -> None:
    rosa = await signed_in(cast.rosa)
    paths = (f"/visits/{world.appointment_id}", "/")
    before = [await state_at(rosa, path) for path in paths]
    async with database.writing() as db:
        visit = await db.get_one(Appointment, world.appointment_id)
        starts = to_wall(NOW + timedelta(days=9, hours=1), visit.zone)
        await appointments.move(work_by(db, cast.maria), visit, starts)
    after = [await state_at(rosa, path) for path in paths]
    assert [one != other for one, other in zip(before, after, strict=True)] == [True, True]


@ONE_DATABASE
async def test_the_desk_and_fragments_have_no_mark(signed_in: Enter, cast: Cast) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    assert page_state.HEADER not in (await rosa.get("/settings", hx_request="true")).headers
    assert page_state.HEADER not in (await maria.get("/staff")).headers


@ONE_DATABASE
async def test_case_87_a_page_that_a_form_drew_has_no_mark(signed_in: Enter, cast: Cast) -> None:
    """Asking for it again would send the form again."""
    rosa = await signed_in(cast.rosa)
    drawn = await rosa.submit("/settings/phones/add", {"code": "0000 0000"})
    assert (drawn.request.method, '<body class="phone"' in drawn.text) == ("POST", True)
    assert (page_state.HEADER in drawn.headers, "data-state" in drawn.text) == (False, False)
