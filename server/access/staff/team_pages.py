"""An admin invites staff, and makes new links for them."""

from dataclasses import dataclass

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server import double_presses
from server.access.staff import accounts as staff_accounts
from server.actor import Actor, Role
from server.db import Work
from server.people import staff as people_staff
from server.people.models import Staff
from server.people.rules import Refused
from server.settings import Settings
from server.web import render
from server.web.dependencies import ADMIN, Ask, Db, Given, InWork, Who
from server.web.form_fields import fields_of, form_of, line, one_of
from server.web.problems import found


@dataclass(frozen=True)
class NewStaff:
    """The form as typed."""

    name: str
    email: str
    role: Role | None


NOBODY = NewStaff("", "", None)


@dataclass(frozen=True)
class Link:
    """A one-time sign-in link, shown once."""

    staff: Staff
    url: str


@get("/", opt=ADMIN)
async def team_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return await _team(request, db, actor)


@post("/", opt=ADMIN)
async def invite(request: Ask, work: InWork, settings: Given) -> Response[str]:
    form = await form_of(request)
    new = NewStaff(line(form, "name", 100), line(form, "email", 200), one_of(form, "role", Role))
    async with double_presses.press(work, fields_of(form)) as press:
        if press.earlier:
            return await _earlier(request, work, settings, press.earlier)
        added = await staff_accounts.add_staff(work, new.name, new.email, new.role)
        if isinstance(added, Refused):
            return await _team(request, work.db, work.actor, added, new)
        press.onward = f"/staff/team/{added.id}"
    return await _team(request, work.db, work.actor, link=await _link(work, added, settings))


async def _earlier(request: Ask, work: Work, settings: Settings, path: str) -> Response[str]:
    """After a second press nobody sees the first press's page: show a new link for the person whom it invited."""
    staff = found(await people_staff.find_staff(work.db, work.actor, path.rpartition("/")[2]))
    return await _team(request, work.db, work.actor, link=await _link(work, staff, settings))


@post("/{staff_id:str}/link", opt=ADMIN)
async def new_link(request: Ask, work: InWork, settings: Given, staff_id: FromPath[str]) -> Response[str]:
    staff = found(await people_staff.find_staff(work.db, work.actor, staff_id))
    return await _team(request, work.db, work.actor, link=await _link(work, staff, settings))


async def _link(work: Work, staff: Staff, settings: Settings) -> Link:
    return Link(staff, f"{settings.base_url}/staff/link#{await staff_accounts.make_link(work, staff)}")


async def _team(
    request: Ask,
    db: AsyncSession,
    actor: Actor,
    refused: Refused | None = None,
    typed: NewStaff = NOBODY,
    link: Link | None = None,
) -> Response[str]:
    return render.page(
        request,
        "access/team.html",
        422 if refused else 200,
        ("email" if refused.why == "taken" else refused.why,) if refused else (),
        team=await people_staff.team(db, actor),
        refused=refused,
        typed=typed,
        link=link,
        roles=tuple(Role),
    )


router = Router("/staff/team", route_handlers=[team_page, invite, new_link])
