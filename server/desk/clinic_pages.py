"""An admin edits the facts of the clinic that patients see: zone, phone numbers, hours, instructions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict

from server import language, places
from server.appointments import rescheduling
from server.appointments.clinic_move import flow as clinic_move
from server.appointments.rules import PLACE
from server.audit import AuditVerb
from server.people import clinics, flow, staff
from server.people.clinics import ClinicFacts
from server.people.models import Clinic
from server.people.staff import LatestChange
from server.phone_numbers import countries as number_countries
from server.phone_numbers.parts import BadNumber, BadNumbers
from server.typed.text import one_line
from server.web import edits, render
from server.web.dependencies import ADMIN, Ask, Db, InWork, Who
from server.web.form_fields import form_of, line, text

NEEDED = ("name", "phone", "emergency_number", "crisis_line")
ENDS = ("opens", "closes")
CHANGES: tuple[AuditVerb, ...] = ("clinic.changed",)  # the changes that make the form out of date
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

ClinicFault = Literal["zone", "missing", "hours", "numbers"]


@dataclass(frozen=True)
class Saving:
    """The result of saving. `changed`: fields that somebody changed since the page was opened; `latest`: who did."""

    fault: ClinicFault | None = None
    bad_numbers: Mapping[str, BadNumber] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)
    latest: LatestChange | None = None
    is_saved: bool = False

    @property
    def status(self) -> int:
        return 409 if self.changed else 422 if self.fault else 200


@get("/", opt=ADMIN)
async def clinic_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    clinic = await flow.clinic_of(db, actor)
    return _page(request, clinic, clinic, Saving())


@post("/", opt=ADMIN)
async def change(request: Ask, work: InWork) -> Response[Any]:
    clinic = await clinics.locked(work)
    merged = edits.merge(await form_of(request), _shown(clinic))
    facts = _facts(merged.form, clinic)
    if merged.changed:
        latest = await staff.latest_change(work.db, work.actor, CHANGES, clinic.id)
        return _page(request, facts, clinic, Saving(changed=merged.changed, latest=latest))
    if fault := _fault(facts):
        return _page(request, facts, clinic, Saving(fault))
    moves = clinic.zone != facts.zone
    try:
        before = one_line(clinic.address)  # the form in which visits store their place
        await clinics.change_clinic(work, clinic, facts)
    except BadNumbers as bad:
        return _page(request, facts, clinic, Saving("numbers", bad.by_field))
    if moves:  # at once, not with the next tick (case 146)
        await rescheduling.recalculate(work.db, work.now, clinic.id)
    if before != clinic.address and await clinic_move.booked_at(work, before):
        return render.go(request, f"/staff/visits/at?place={quote(before)}")
    return _page(request, clinic, clinic, Saving(is_saved=True))


def _page(request: Ask, shown: Clinic | ClinicFacts, stored: Clinic, saving: Saving) -> Response[str]:
    return render.page(
        request,
        "people/clinic.html",
        saving.status,
        _wrong_fields(saving.fault, shown),
        clinic=shown,
        seen=edits.marks(_shown(stored)),
        changed=saving.changed,
        latest=saving.latest,
        fault=saving.fault,
        bad_numbers=saving.bad_numbers,
        saved=saving.is_saved,
        countries=number_countries.countries(language.current()),
    )


def _shown(clinic: Clinic) -> dict[str, str]:
    """The form's fields as the page shows them."""
    own = ("name", "zone", "country", "phone", "emergency_number", "crisis_line", "address", "visit_instructions")
    hours = {day: clinic.staffed_hours.get(str(day), ["", ""]) for day in range(7)}
    return (
        {name: getattr(clinic, name) or "" for name in own}
        | {"crisis_line_texts": "on" if clinic.crisis_line_texts else ""}
        | {f"opens-{day}": span[0] for day, span in hours.items()}
        | {f"closes-{day}": span[1] for day, span in hours.items()}
    )


def _facts(form: FormMultiDict, clinic: Clinic) -> ClinicFacts:
    country, zone = text(form, "country"), text(form, "zone")
    return ClinicFacts(
        name=line(form, "name", 200),
        zone=places.place_of(zone) or zone,
        country=country if number_countries.is_country(country) else clinic.country,
        phone=text(form, "phone"),
        emergency_number=text(form, "emergency_number"),
        crisis_line=text(form, "crisis_line"),
        crisis_line_texts=text(form, "crisis_line_texts") == "on",
        address=line(form, "address", PLACE),
        visit_instructions=text(form, "visit_instructions"),
        staffed_hours={
            str(day): [text(form, f"{end}-{day}") for end in ENDS]
            for day in range(7)
            if any(text(form, f"{end}-{day}") for end in ENDS)
        },
    )


def _fault(facts: ClinicFacts) -> ClinicFault | None:
    if not places.is_place(facts.zone):
        return "zone"
    if not all(getattr(facts, name) for name in NEEDED):
        return "missing"
    spans = facts.staffed_hours.values()
    good = all(CLOCK.fullmatch(opens) and CLOCK.fullmatch(closes) for opens, closes in spans)
    return None if good else "hours"


def _wrong_fields(fault: ClinicFault | None, shown: Clinic | ClinicFacts) -> list[str]:
    if fault == "missing":
        return [name for name in NEEDED if not getattr(shown, name)]
    if fault != "hours":
        return [fault] if fault == "zone" else []
    hours = {
        f"{end}-{day}": time for day, span in shown.staffed_hours.items() for end, time in zip(ENDS, span, strict=True)
    }
    return [name for name, time in hours.items() if not CLOCK.fullmatch(time)]


router = Router("/staff/clinic", route_handlers=[clinic_page, change])
