"""The fields for the end of a pause, and the day that somebody chose (case 107)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from server import language
from server.clock import to_wall
from server.language import gettext as _
from server.people.models import Patient
from server.people.pauses import rules
from server.people.pauses.rules import LASTING, PauseEnd


@dataclass(frozen=True)
class EndFields:
    """The values of the fields, and the bounds of the day. The days are ISO 8601, or as they were typed."""

    end: PauseEnd | None
    day: str
    earliest: str
    latest: str


class BadEnd(ValueError):
    """The person chose no end, or an impossible one. `faults` has the words for each field."""

    def __init__(self, field: Literal["end", "day"], words: str) -> None:
        super().__init__(words)
        self.faults: Mapping[str, str] = {field: words}


def end_fields(patient: Patient, now: datetime, first: PauseEnd | None = None) -> EndFields:
    """The fields with the end of the pause that is in force; without a pause, with `first` chosen."""
    today = to_wall(now, patient.zone).date()
    until = patient.paused_until.isoformat() if patient.paused_until else ""
    in_force = PauseEnd.DAY if until else PauseEnd.OPEN
    chosen = in_force if patient.paused_at else first
    return EndFields(chosen, until, rules.earliest(today).isoformat(), rules.latest(today).isoformat())


def as_sent(fields: EndFields, form: Mapping[str, Any]) -> EndFields:
    """The same fields with the person's choice."""
    return EndFields(_chosen(form), _typed(form, "day"), fields.earliest, fields.latest)


def read_end(form: Mapping[str, Any], patient: Patient, now: datetime) -> date | None:
    """The day on which reminders start again; None if somebody has to end the pause. Raises BadEnd.

    A day counts even if no choice comes with it. A page of an earlier version has neither field.
    """
    if "end" not in form and "day" not in form:
        return None
    today, chosen = to_wall(now, patient.zone).date(), _chosen(form)
    if chosen == PauseEnd.OPEN:
        return None
    if chosen in LASTING:
        return today + LASTING[chosen]
    if chosen is None and (_typed(form, "end") or not _typed(form, "day")):
        raise BadEnd("end", _("Please choose how long."))
    return _picked(_typed(form, "day"), today)


def _chosen(form: Mapping[str, Any]) -> PauseEnd | None:
    typed = _typed(form, "end")
    return PauseEnd(typed) if typed in tuple(PauseEnd) else None


def _typed(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _picked(typed: str, today: date) -> date:
    if not typed:
        raise BadEnd("day", _("Please pick the day on which reminders start again."))
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise BadEnd("day", _("That isn't a date. Please write it like 2026-03-14.")) from None
    if not rules.is_allowed(day, today):
        first, last = (language.day(each, today) for each in (rules.earliest(today), rules.latest(today)))
        words = _("Please pick a day between these two: %(first)s, and %(last)s.")
        raise BadEnd("day", words % {"first": first, "last": last})
    return day
