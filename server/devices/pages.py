"""Turn reminders on for this device."""

from litestar import Response, Router, get

from server.access import device_replacement
from server.access.cookies import device_of
from server.access.joining import flow as joining
from server.actor import ActorKind
from server.devices import subscriptions
from server.people.models import Patient
from server.web import render
from server.web.dependencies import PERSON, Ask, Db, Now, Who


@get("/", opt=PERSON)
async def reminders_page(request: Ask, db: Db, actor: Who, now: Now) -> Response[str]:
    patient = await db.get_one(Patient, actor.patient_id)
    installs_first = device_of(request).needs_home_screen
    return render.page(
        request,
        "devices/add_first.html" if installs_first else "devices/turn_on.html",
        on=await subscriptions.is_subscribed(db, actor.device_id),
        reserved_until=await joining.reserved_until(db, actor.device_id, now),
        before=await device_replacement.owners_before(db, actor, now),
        helps=patient.name if actor.kind == ActorKind.CAREGIVER else None,
        actor=actor,
    )


router = Router("/reminders", route_handlers=[reminders_page])
