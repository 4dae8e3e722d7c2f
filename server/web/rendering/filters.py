"""Filters of the templates: what tells two patients apart, a pairing code, a phone number."""

from datetime import date
from typing import Any

from markupsafe import Markup

from server import language


def identity(person: Any, short: bool = False) -> str:
    """What tells two patients of one name apart: birth date and record number, as far as they are known (case 114).

    In a dense list, with `short`, one of them is enough.
    """
    born = person.birth_date and language.born(date.fromisoformat(person.birth_date))
    record = person.record_number and language.gettext("record %(number)s") % {"number": person.record_number}
    facts = [fact for fact in (born, record) if fact]
    return " · ".join(facts[:1] if short else facts)


def digits(code: str) -> str:
    return f"{code[:4]} {code[4:]}"


def number(text: str) -> Markup:
    """A phone number, kept left to right in right-to-left text."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(text)
