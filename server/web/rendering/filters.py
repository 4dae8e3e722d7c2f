"""Filters for templates: the facts that tell two patients apart, times of day, codes, names of devices, numbers."""

import re
from datetime import date, time
from typing import Any

from markupsafe import Markup

from server import language


def identity(person: Any, short: bool = False) -> str:
    """Birth date and record number, as far as they are known: they tell two patients of one name apart (case 114).

    In a dense list, with `short`, one of the two facts is enough.
    """
    born = person.birth_date and language.born(date.fromisoformat(person.birth_date))
    record = person.record_number and language.gettext("record %(number)s") % {"number": person.record_number}
    facts = [fact for fact in (born, record) if fact]
    return " · ".join(facts[:1] if short else facts)


def clock(stored: str) -> str:
    """A time of day that is stored as "20:07", as people say it."""
    return language.hour(time.fromisoformat(stored))


def digits(code: str) -> str:
    return f"{code[:4]} {code[4:]}"


# The names that the app gives to devices (server/access/platforms.py), which are stored in English.
DEVICES = (
    language.mark("Android phone"),
    language.mark("Android tablet"),
    language.mark("Browser"),
    language.mark("iPad"),
    language.mark("iPhone"),
    language.mark("Linux computer"),
    language.mark("Mac"),
    language.mark("Phone"),
    language.mark("Tablet"),
    language.mark("Windows computer"),
)
AFTER_DEVICE = re.compile(r"( \(.*\))?( \d+)?")


def device(name: str) -> str:
    """The name of a device in the reader's language, with its model and number; a name from a person stays."""
    for ours in DEVICES:
        if name.startswith(ours) and AFTER_DEVICE.fullmatch(name[len(ours) :]):
            return language.gettext(ours) + name[len(ours) :]
    return name


def number(text: str) -> Markup:
    """A phone number, kept left to right in right-to-left text."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(text)
