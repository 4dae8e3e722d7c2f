"""What leaves for other programs: a visit for the phone's calendar, figures for Prometheus."""

import hmac
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from server import render
from server.appointments import flow
from server.exchange import metrics
from server.exchange.calendar import visit_file
from server.language import gettext as _
from server.people.guards import ANYONE, PERSON, Db, Given, Now, Who
from server.problems import found


@get("/visits/{appointment_id:str}/visit.ics", opt=PERSON)
async def visit_ics(db: Db, actor: Who, now: Now, appointment_id: FromPath[str]) -> Response[bytes]:
    visit = found(await flow.find(db, actor, appointment_id))
    body = visit_file(
        uid=visit.id,
        starts=visit.starts,
        zone=visit.zone,
        minutes=visit.minutes,
        place=visit.place,
        title=_("Clinic visit"),
        note=_("Open Interlude to see what to do before it."),
        changes=visit.changes,
        cancelled=visit.status == "cancelled",
        now=now,
    )
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/calendar", headers=headers)


@get("/metrics", opt=ANYONE)
async def metrics_page(request: Request[Any, Any, Any], db: Db, settings: Given, now: Now) -> Response[bytes]:
    """For Prometheus, by bearer token; without one in the settings there is no such page."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not settings.metrics_token or not hmac.compare_digest(given.encode(), settings.metrics_token.encode()):
        raise NotFoundException
    return Response(await metrics.scrape(db, now), media_type="text/plain; version=0.0.4", headers=render.FRESH)


ROUTES = [visit_ics, metrics_page]
