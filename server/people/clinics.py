"""Change a clinic's details, and tell whether it is closed."""

from dataclasses import dataclass, fields
from datetime import datetime

from server import audit, opening_hours
from server.clock import to_utc, to_wall
from server.db import Work
from server.people import staff
from server.people.flow import clinic_of, set_number
from server.people.models import Clinic
from server.phone_numbers import reading as numbers

CLINIC_LINES = ("phone", "emergency_number", "crisis_line")


@dataclass(frozen=True)
class ClinicFacts:
    """`staffed_hours`: weekday "0" (Monday) to "6" → ["08:00", "17:00"] in the clinic's zone."""

    name: str
    zone: str
    country: str
    phone: str
    emergency_number: str
    crisis_line: str
    crisis_line_texts: bool
    address: str
    visit_instructions: str
    staffed_hours: dict[str, list[str]]


async def locked(work: Work) -> Clinic:
    """Lock and reload the actor's clinic: others who save one of its forms at the same time wait."""
    clinic = await clinic_of(work.db, work.actor)
    await work.db.refresh(clinic, with_for_update={"key_share": True})
    return clinic


async def change_clinic(work: Work, clinic: Clinic, facts: ClinicFacts) -> None:
    """Change the clinic's details. Raises BadNumbers before it changes anything."""
    typed = {field: getattr(facts, field) for field in CLINIC_LINES}
    lines = numbers.read_all(typed, facts.country, numbers.read_line)
    before = {field.name: getattr(clinic, field.name) for field in fields(facts)}
    for field in fields(facts):
        setattr(clinic, field.name, getattr(facts, field.name))
    for name, line in lines.items():
        set_number(clinic, name, line)
    after = {name: getattr(clinic, name) for name in before}
    audit.record(work, "clinic.changed", clinic, **staff.fields_changed(before, after))


def is_closed(clinic: Clinic, now: datetime) -> bool:
    """Whether the clinic is outside its staffed hours, so that nobody reads answers now."""
    return not opening_hours.is_open(clinic.staffed_hours, to_wall(now, clinic.zone))


@dataclass(frozen=True)
class Closed:
    """`opens_at`: when staff next read answers, as the reader's clocks show it, if hours are set."""

    opens_at: datetime | None


def closed_hours(clinic: Clinic, now: datetime, zone: str) -> Closed | None:
    """The note of a closed clinic for a reader in `zone`; None while it is open (case 106)."""
    if not is_closed(clinic, now):
        return None
    opens = opening_hours.next_opening(clinic.staffed_hours, to_wall(now, clinic.zone))
    return Closed(opens and to_wall(to_utc(opens, clinic.zone), zone))
