"""What leaves as a file: a visit for the phone's calendar."""

from litestar import Response, get
from litestar.params import FromPath

from server.appointments import flow
from server.exchange.calendar import visit_file
from server.language import gettext as _
from server.people.guards import PERSON, Db, Now, Who
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


ROUTES = [visit_ics]
