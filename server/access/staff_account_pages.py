"""Staff sign in, set a password and TOTP, and manage the team."""

from typing import Any

import segno
from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import rules, sessions
from server.access.cookies import ended_cookie, session_cookie
from server.access.guards import source_of
from server.access.staff import accounts as staff_accounts
from server.access.staff import sign_in as staff_sign_in
from server.access.staff import totp
from server.access.staff.accounts import NewCredentials
from server.access.staff.sign_in import Credentials
from server.actor import Actor, Role
from server.db import Work
from server.people import staff as people_staff
from server.people.models import Staff
from server.people.rules import Refused
from server.settings import Settings
from server.web import render
from server.web.dependencies import ADMIN, ANYONE, STAFF, Ask, Db, Given, InWork, Now, Storage, Who
from server.web.form_fields import form_of, one_of, text
from server.web.problems import found


@get("/sign-in", opt=ANYONE, sync_to_thread=False)
def sign_in_page(request: Ask) -> Response[str]:
    return render.page(request, "access/staff_sign_in.html", refused=None, email="")


@post("/sign-in", opt=ANYONE)
async def sign_in(request: Ask, database: Storage, now: Now) -> Response[Any]:
    form = await form_of(request)
    email = text(form, "email", 200)
    typed = Credentials(email, text(form, "password", 500), text(form, "code", 10))
    entered = await staff_sign_in.sign_in(database, typed, _device(request), source_of(request), now)
    if isinstance(entered, Refused):
        status = {"too-many": 429, "busy": 503}.get(entered.why, 422)
        return render.page(request, "access/staff_sign_in.html", status, refused=entered, email=email)
    return _enter(request, entered.token)


@get("/link", opt=ANYONE, sync_to_thread=False)
def link_page(request: Ask) -> Response[str]:
    """The token is in the URL's fragment, which no server or link preview sees. This page does not use it up."""
    return render.page(request, "access/staff_link.html", refused=None)


@post("/link", opt=ANYONE)
async def use_link(request: Ask, db: Db, now: Now) -> Response[Any]:
    token = text(await form_of(request), "token", 100)
    entered = await staff_sign_in.enter_by_link(db, token, _device(request), now)
    if isinstance(entered, Refused):
        return render.page(request, "access/staff_link.html", 422, refused=entered)
    return _enter(request, entered.token)


def _device(request: Ask) -> str:
    return rules.device_name(request.headers.get("user-agent", ""))


def _enter(request: Ask, token: str) -> Response[Any]:
    response = render.go(request, "/staff")
    response.set_cookie(session_cookie(request, token, of_staff=True))
    return response


@post("/sign-out", opt=STAFF)
async def sign_out(request: Ask, work: InWork) -> Response[Any]:
    await sessions.end_device(work, await sessions.own_device(work.db, work.actor))
    response = render.go(request, "/staff/sign-in")
    response.set_cookie(ended_cookie(request, of_staff=True))
    return response


@get("/account", opt=STAFF)
async def account_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return await _account(request, db, actor, totp.new_totp_secret(), None)


@post("/account", opt=STAFF)
async def set_credentials(request: Ask, database: Storage, actor: Who, now: Now) -> Response[Any]:
    form = await form_of(request)
    new = NewCredentials(text(form, "password", 500), text(form, "secret", 64), text(form, "code", 10))
    refused = await staff_accounts.set_credentials(database, actor, new, now)
    if refused:
        async with database.reading() as db:
            return await _account(request, db, actor, new.totp_secret, refused)
    return render.go(request, "/staff")


async def _account(request: Ask, db: AsyncSession, actor: Actor, secret: str, refused: Refused | None) -> Response[str]:
    staff = await db.get_one(Staff, actor.id)
    secret = secret if rules.is_totp_secret(secret) else totp.new_totp_secret()
    qr = segno.make(totp.totp_uri(secret, staff.email)).svg_data_uri(scale=5, border=2)
    return render.page(
        request,
        "access/staff_account.html",
        422 if refused else 200,
        staff=staff,
        secret=secret,
        qr=qr,
        refused=refused,
        shortest=rules.SHORTEST_PASSWORD,
    )


@get("/team", opt=ADMIN)
async def team_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return await _team(request, db, actor)


@post("/team", opt=ADMIN)
async def invite(request: Ask, work: InWork, settings: Given) -> Response[str]:
    form = await form_of(request)
    added = await staff_accounts.add_staff(
        work, text(form, "name", 100), text(form, "email", 200), one_of(form, "role", Role)
    )
    if isinstance(added, Refused):
        return await _team(request, work.db, work.actor, refused=added)
    return await _team(request, work.db, work.actor, link=await _link(work, added, settings), link_for=added)


@post("/team/{staff_id:str}/link", opt=ADMIN)
async def new_link(request: Ask, work: InWork, settings: Given, staff_id: FromPath[str]) -> Response[str]:
    staff = found(await people_staff.find_staff(work.db, work.actor, staff_id))
    return await _team(request, work.db, work.actor, link=await _link(work, staff, settings), link_for=staff)


async def _link(work: Work, staff: Staff, settings: Settings) -> str:
    return f"{settings.base_url}/staff/link#{await staff_accounts.make_link(work, staff)}"


async def _team(
    request: Ask,
    db: AsyncSession,
    actor: Actor,
    refused: Refused | None = None,
    link: str = "",
    link_for: Staff | None = None,
) -> Response[str]:
    return render.page(
        request,
        "access/team.html",
        422 if refused else 200,
        team=await people_staff.team(db, actor),
        refused=refused,
        link=link,
        link_for=link_for,
        roles=tuple(Role),
    )


router = Router("/staff", route_handlers=[
    sign_in_page, sign_in, link_page, use_link, sign_out, account_page, set_credentials, team_page, invite, new_link,
])  # fmt: skip
