"""The places of the world that give a time zone its name, as IANA lists them: pure.

An abbreviation such as EST or an offset such as Etc/GMT+5 is no place: its clocks may never change in summer
(case 146).
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from zoneinfo import available_timezones


def is_place(zone: str) -> bool:
    return zone in countries_by_place()


def place_of(name: str) -> str | None:
    """The place of a zone's name or of an older name, such as US/Eastern; None if it names no place."""
    if is_place(name):
        return name
    if name.isupper() or name.startswith("Etc/"):
        return None
    target = _older_names().get(name)
    return target if target is not None and is_place(target) else None


@cache
def countries_by_place() -> Mapping[str, frozenset[str]]:
    """Place → the two-letter code of its country, and of others that keep the same clocks."""
    usable = available_timezones()
    found: dict[str, frozenset[str]] = {}
    for table in ("zone.tab", "zone1970.tab"):
        for line in _lines(table):
            countries, _, zone = line.split("\t")[:3]
            if zone in usable:
                found[zone] = found.get(zone, frozenset()) | frozenset(countries.split(","))
    return found


@cache
def _older_names() -> Mapping[str, str]:
    links = [line.split() for line in _lines("tzdata.zi") if line.startswith("L ")]
    return {older: zone for _, zone, older in links}


def _lines(table: str) -> list[str]:
    text = (resources.files("tzdata.zoneinfo") / table).read_text()
    return [line for line in text.splitlines() if not line.startswith("#")]
