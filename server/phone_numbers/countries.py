"""Countries of phone numbers, and whether a number may get texts: pure."""

import re
from functools import cache

import phonenumbers
from babel import Locale
from babel.core import get_global
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_TAKES_TEXTS = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP}


def example(country: str) -> str:
    """A sample number as people of that country write it, to show beside a field."""
    number = phonenumbers.example_number(country)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL) if number else ""


def can_text(tel: str | None, countries: list[str]) -> bool:
    """Whether we may text this number: it is complete, in one of `countries`, and takes texts at no extra cost."""
    if tel is None or not re.fullmatch(r"\+\d{7,15}", tel):
        return False
    number = phonenumbers.parse(tel)
    return phonenumbers.region_code_for_number(number) in countries and phonenumbers.number_type(number) in _TAKES_TEXTS


def country_of_zone(zone: str) -> str:
    """The country of an IANA zone; "US" for zones of no country, such as UTC."""
    zone = get_global("zone_aliases").get(zone, zone)
    country: str = get_global("zone_territories").get(zone, "US")
    return country if country in phonenumbers.SUPPORTED_REGIONS else "US"


def is_country(code: str) -> bool:
    return code in phonenumbers.SUPPORTED_REGIONS


@cache
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """(code, name in the language of `locale`) of every country whose numbers we can parse, by name."""
    names = Locale.parse(locale).territories
    rows = [(code, str(names.get(code, code))) for code in phonenumbers.SUPPORTED_REGIONS]
    return tuple(sorted(rows, key=lambda row: row[1]))
