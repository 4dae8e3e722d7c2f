"""A staff member sets a password and TOTP."""

from typing import Any

import segno
from litestar import Response, Router, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import rules
from server.access.staff import accounts as staff_accounts
from server.access.staff import totp
from server.access.staff.accounts import NewCredentials
from server.actor import Actor
from server.people.models import Staff
from server.people.rules import Refused
from server.web import render
from server.web.dependencies import STAFF, Ask, Db, Now, Storage, Who
from server.web.form_fields import form_of, text

WRONG = {"short": ("password",), "code": ("code",)}


@get("/", opt=STAFF)
async def account_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return await _account(request, db, actor, totp.new_totp_secret(), None)


@post("/", opt=STAFF)
async def set_credentials(request: Ask, database: Storage, actor: Who, now: Now) -> Response[Any]:
    form = await form_of(request)
    new = NewCredentials(text(form, "password", 500), text(form, "secret", 64), text(form, "code", 40))
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
        WRONG.get(refused.why, ()) if refused else (),
        staff=staff,
        secret=secret,
        qr=qr,
        refused=refused,
        shortest=rules.SHORTEST_PASSWORD,
    )


router = Router("/staff/account", route_handlers=[account_page, set_credentials])
