"""Translations and local formats: gettext catalogues, chosen per request or per message."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_time,
    format_timedelta,
    get_day_names,
)
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent / "locale"


@dataclass(frozen=True)
class Language:
    """`name` is the language's own name; `formats` is Babel's locale for its dates, hours and direction.

    Babel's standard styles add the year or omit the weekday, so `day`, `day_short` and `day_and_hour` are our own.
    """

    name: str
    formats: str
    day: str
    day_short: str
    day_and_year: str
    day_and_hour: str


LANGUAGES = {
    "en": Language("English", "en_US", "EEEE, MMMM d", "MMM d", "EEEE, MMMM d, y", "EEE, MMM d, h:mm a"),
    "es": Language("Español", "es_US", "EEEE d 'de' MMMM", "d MMM", "EEEE d 'de' MMMM 'de' y", "EEE d MMM, h:mm a"),
}
_locale: ContextVar[str] = ContextVar("locale", default="en")


@cache
def _catalogue(locale: str) -> NullTranslations:
    """Load the catalogue from its .po at first use, so that nobody has to compile it (docs/decisions/0009)."""
    path = FOLDER / locale / "LC_MESSAGES" / "interlude.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale))
    compiled.seek(0)
    return Translations(compiled, "interlude")


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    token = _locale.set(supported(locale))
    try:
        yield
    finally:
        _locale.reset(token)


def speak(locale: str) -> None:
    """Set the language for the rest of this request."""
    _locale.set(supported(locale))


def supported(locale: str) -> str:
    return locale if locale in LANGUAGES else "en"


def accepted(header: str) -> str:
    """The preferred language of an Accept-Language header (RFC 9110, 12.5.4) that we have; else English."""
    wanted = sorted((_wanted(part) for part in header.lower().split(",")), key=lambda one: -one[1])
    for tag, weight in wanted:
        supported_code = next((code for code in LANGUAGES if tag == code or tag.startswith(f"{code}-")), None)
        if supported_code and weight > 0:
            return supported_code
    return "en"


def _wanted(part: str) -> tuple[str, float]:
    tag, _, weight = part.partition(";q=")
    try:
        return tag.strip(), float(weight or 1)
    except ValueError:
        return tag.strip(), 0


def current() -> str:
    return _locale.get()


def direction() -> str:
    """The value of <html dir>: "ltr" or "rtl"."""
    return Locale.parse(formats()).text_direction


def _spoken() -> Language:
    return LANGUAGES[current()]


def formats() -> str:
    """Babel's locale for the formats of the current language."""
    return _spoken().formats


def gettext(text: str) -> str:
    return str(_catalogue(_locale.get()).ugettext(text))


def ngettext(one: str, many: str, n: int) -> str:
    return str(_catalogue(_locale.get()).ungettext(one, many, n))


def mark(text: str) -> str:
    """Mark a text for extraction; `gettext` translates it where it is shown."""
    return text


def day(moment: date) -> str:
    """A date such as "Monday, December 1", in the current language."""
    return str(format_date(moment, _spoken().day, formats()))


def day_from(moment: datetime, today: date) -> str:
    """A date as `day` says it, with "Today" or "Tomorrow" before it, or the year if it is not this one (case 103)."""
    at = moment.date()
    if at.year != today.year:
        return str(format_date(at, _spoken().day_and_year, formats()))
    match (at - today).days:
        case 0:
            return gettext("Today, %(day)s") % {"day": day(at)}
        case 1:
            return gettext("Tomorrow, %(day)s") % {"day": day(at)}
        case _:
            return day(at)


def day_short(moment: date) -> str:
    return str(format_date(moment, _spoken().day_short, formats()))


def born(on: date) -> str:
    return gettext("born %(day)s") % {"day": format_date(on, "medium", formats())}


def weekdays(width: Literal["wide", "abbreviated"] = "wide") -> list[str]:
    """The days of the week from Monday on, for labels; `width` is "wide" or "abbreviated"."""
    names = get_day_names(width, "stand-alone", formats())
    return [str(names[day]).capitalize() for day in range(7)]


def hour(moment: datetime | time) -> str:
    return _kept_together(format_time(moment, "short", locale=formats()))


def day_and_hour(moment: datetime) -> str:
    return _kept_together(format_datetime(moment, _spoken().day_and_hour, locale=formats()))


def on_paper(moment: datetime) -> str:
    """A day with its year, and the hour: paper is kept."""
    return f"{format_date(moment, 'medium', locale=formats())}, {hour(moment)}"


def lasting(span: timedelta) -> str:
    """A duration such as "3 hours" or "5 days"; in minutes if it is short."""
    return str(format_timedelta(span, granularity="minute", threshold=2, locale=formats()))


def _kept_together(text: str) -> str:
    """Use non-breaking spaces, so that no line breaks between an hour and its AM or PM."""
    text = str(text).replace("\u202f", "\u00a0")
    for half in (" AM", " PM", " a.", " p."):
        text = text.replace(half, half.replace(" ", "\u00a0"))
    return text
