"""The names of countries, and of the places that time zones are named after, in the current language."""

from functools import cache

from babel import Locale
from babel.dates import get_timezone_location

from server import language
from server.places.zones import countries_by_place


def city(zone: str) -> str:
    """The place that an IANA zone is named after, in the current language."""
    return str(get_timezone_location(zone, language.formats(), return_city=True))


@cache
def _named_places(locale: str) -> list[tuple[str, str]]:
    """Every place and its name in this language, by name."""
    formats = language.LANGUAGES[locale].formats
    named = [(zone, str(get_timezone_location(zone, formats, return_city=True))) for zone in countries_by_place()]
    return sorted(named, key=lambda one: one[1])


def places(country: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The places to choose a time zone from, with their names: those of this country, and all others."""
    named, countries = _named_places(language.current()), countries_by_place()
    here = [one for one in named if country in countries[one[0]]]
    return here, [one for one in named if country not in countries[one[0]]]


def country(code: str) -> str:
    """The name of an ISO 3166 country, in the current language."""
    return str(Locale.parse(language.formats()).territories.get(code, code))
