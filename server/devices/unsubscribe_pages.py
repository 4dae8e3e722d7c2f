"""Stop our emails through the link in any of them, without signing in (RFC 8058, case 128)."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.db import Work
from server.delivery import receipts
from server.people import flow as people
from server.people.models import Patient
from server.web import render
from server.web.dependencies import ANYONE, Ask, Db, Now

BY_TOKEN = ANYONE | {"no_csrf": True, "by_token": True}  # a mail program sends the POST: it has no cookie


@get("/stop-email/{token:str}", opt=ANYONE)
async def stop_page(request: Ask, db: Db, token: FromPath[str]) -> Response[str]:
    """Opening the link changes nothing: a mail scanner opens it too."""
    patient = await receipts.patient_of_email(db, token)
    return _page(request, patient, token)


@post("/stop-email/{token:str}", opt=BY_TOKEN)
async def stop(request: Ask, db: Db, now: Now, token: FromPath[str]) -> Response[Any]:
    patient = await _stopped(db, now, token)
    return _page(request, patient, token)


async def _stopped(db: AsyncSession, now: datetime, token: str) -> Patient | None:
    patient = await receipts.patient_of_email(db, token)
    if patient is not None and patient.email_stopped_at is None:
        await people.stop_emails(Work(db, await receipts.recipient(db, token), now), patient, True)
    return patient


def _page(request: Ask, patient: Patient | None, token: str) -> Response[str]:
    return render.page(request, "devices/stop_email.html", 200 if patient else 410, patient=patient, token=token)


router = Router("/", route_handlers=[stop_page, stop])
