"""Change the place of booked visits after the clinic has moved (case 108)."""

from sqlalchemy import select

from server.appointments import flow, rules
from server.appointments.flow import Details
from server.appointments.models import Appointment
from server.db import Work
from server.typed.text import one_line


async def booked_at(work: Work, place: str) -> list[Appointment]:
    """Upcoming visits that are booked at this place, soonest first."""
    found = select(Appointment).where(
        Appointment.clinic_id == work.actor.clinic_id,
        Appointment.place == one_line(place),
        Appointment.status.in_(rules.UPCOMING),
        Appointment.starts_at > work.now,
    )
    return list(await work.db.scalars(found.order_by(Appointment.starts_at)))


async def take_along(work: Work, place: str, to: str) -> int:
    """Change the place of these visits, and notify each patient. Returns how many."""
    visits = await booked_at(work, place)
    for visit in visits:
        await flow.correct(work, visit, Details(to, visit.minutes, visit.instructions))
    return len(visits)
