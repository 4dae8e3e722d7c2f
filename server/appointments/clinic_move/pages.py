"""After the clinic's address has changed, an admin says what becomes of the visits at the old one (case 108)."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromQuery

from server.appointments.clinic_move import flow
from server.people import flow as people
from server.web import render
from server.web.dependencies import ADMIN, Ask, InWork
from server.web.form_fields import form_of, line


@get("/", opt=ADMIN)
async def move_page(request: Ask, work: InWork, place: FromQuery[str] = "") -> Response[str]:
    clinic = await people.clinic_of(work.db, work.actor)
    visits = await flow.booked_at(work, place)
    return render.page(request, "appointments/clinic_move.html", clinic=clinic, place=place, visits=visits)


@post("/", opt=ADMIN)
async def take_along(request: Ask, work: InWork) -> Response[Any]:
    clinic = await people.clinic_of(work.db, work.actor)
    await flow.take_along(work, line(await form_of(request), "place", 300), clinic.address)
    return render.go(request, "/staff/schedule")


router = Router("/staff/visits/at", route_handlers=[move_page, take_along])
