"""The names of countries, and of the places that time zones are named after, in the current language."""

from collections.abc import Mapping, Sequence
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from server import language
from server.places.zones import countries_by_place
from server.typed.search import plain


def city(zone: str) -> str:
    """The place that an IANA zone is named after, in the current language."""
    return _city(zone, language.formats())


def _city(zone: str, formats: str) -> str:
    """Without its region: people look for Louisville under L."""
    described = Locale.parse(formats).time_zones
    for name in (zone, *_older_names().get(zone, ())):  # CLDR keeps a place under the name that it had first
        if "city" in described.get(name, {}):
            return str(described[name]["city"])
    return str(get_timezone_location(zone, formats, return_city=True)).rpartition("/")[2]


@cache
def _older_names() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for older, zone in get_global("zone_aliases").items():
        found.setdefault(zone, []).append(older)
    return found


@cache
def _named_places(locale: str) -> list[tuple[str, str]]:
    """Every place and its name in this language, sorted by name without regard to accents."""
    formats = language.LANGUAGES[locale].formats
    named = [(zone, _city(zone, formats)) for zone in countries_by_place()]
    return sorted(named, key=lambda one: plain(one[1]))


def places(country: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The places to choose a time zone from, with their names: those of this country, and all others."""
    named, countries = _named_places(language.current()), countries_by_place()
    here = [one for one in named if country in countries[one[0]]]
    return here, [one for one in named if country not in countries[one[0]]]


def country(code: str) -> str:
    """The name of an ISO 3166 country, in the current language."""
    return str(Locale.parse(language.formats()).territories.get(code, code))
