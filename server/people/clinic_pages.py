"""An admin keeps what patients see of the clinic: its zone, numbers, hours, instructions."""

import re

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict

from server import render
from server.clock import is_zone
from server.forms import form_of, text
from server.people import flow
from server.people.flow import ClinicFacts
from server.people.guards import ADMIN, Ask, Db, Now, Who

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@get("/staff/clinic", opt=ADMIN)
async def clinic_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    clinic = await flow.clinic_of(db, actor)
    return render.page(request, "people/clinic.html", clinic=clinic, fault=None, saved=False)


@post("/staff/clinic", opt=ADMIN)
async def change(request: Ask, db: Db, actor: Who, now: Now) -> Response[str]:
    facts = _facts(await form_of(request))
    if fault := _fault(facts):
        return render.page(request, "people/clinic.html", 422, clinic=facts, fault=fault, saved=False)
    clinic = await flow.clinic_of(db, actor)
    await flow.change_clinic(db, actor, clinic, facts, now)
    return render.page(request, "people/clinic.html", clinic=clinic, fault=None, saved=True)


def _facts(form: FormMultiDict) -> ClinicFacts:
    return ClinicFacts(
        name=text(form, "name", 200),
        zone=text(form, "zone", 64),
        phone=text(form, "phone", 40),
        emergency_number=text(form, "emergency_number", 40),
        crisis_line=text(form, "crisis_line", 40),
        address=text(form, "address", 300),
        visit_instructions=text(form, "visit_instructions"),
        staffed_hours={
            str(day): [text(form, f"opens-{day}", 5), text(form, f"closes-{day}", 5)]
            for day in range(7)
            if text(form, f"opens-{day}", 5) or text(form, f"closes-{day}", 5)
        },
    )


def _fault(facts: ClinicFacts) -> str | None:
    if not is_zone(facts.zone):
        return "zone"
    if not (facts.name and facts.phone and facts.emergency_number and facts.crisis_line):
        return "missing"
    spans = facts.staffed_hours.values()
    good = all(CLOCK.fullmatch(opens) and CLOCK.fullmatch(closes) and opens < closes for opens, closes in spans)
    return None if good else "hours"


ROUTES = [clinic_page, change]
