"""After the clinic's address has changed, an admin decides about the visits at the old address (case 108)."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromQuery

from server.appointments.clinic_move import flow
from server.appointments.models import Appointment
from server.people import clinics
from server.people import flow as people
from server.people.models import Clinic
from server.web import edits, render
from server.web.dependencies import ADMIN, Ask, InWork
from server.web.form_fields import form_of, line, text


@get("/", opt=ADMIN)
async def move_page(request: Ask, work: InWork, place: FromQuery[str] = "") -> Response[str]:
    return await _page(request, await people.clinic_of(work.db, work.actor), place, await flow.booked_at(work, place))


async def _page(
    request: Ask, clinic: Clinic, place: str, visits: list[Appointment], changed: bool = False
) -> Response[str]:
    return render.page(
        request,
        "appointments/clinic_move.html",
        409 if changed else 200,
        clinic=clinic,
        place=place,
        visits=visits,
        shown=_mark(clinic, visits),
        changed=changed,
    )


def _mark(clinic: Clinic, visits: list[Appointment]) -> str:
    """The mark that the page sends back, so that only the visits it showed move, and to the address it showed."""
    return edits.marks({"to": clinic.address, "visits": " ".join(f"{visit.id} {visit.shown}" for visit in visits)})


@post("/", opt=ADMIN)
async def take_along(request: Ask, work: InWork) -> Response[Any]:
    clinic, form = await clinics.locked(work), await form_of(request)
    place = line(form, "place", 300)
    visits = await flow.booked_at(work, place)
    if visits and edits.is_older(text(form, "shown", 100), _mark(clinic, visits)):
        return await _page(request, clinic, place, visits, changed=True)
    await flow.take_along(work, place, clinic.address)
    return render.go(request, "/staff/schedule")


router = Router("/staff/visits/at", route_handlers=[move_page, take_along])
