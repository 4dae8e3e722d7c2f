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

    Babel's standard styles add the year or omit the weekday, so `this_year` and `other_year` are our own.
    """

    name: str
    formats: str
    this_year: "DayStyles"
    other_year: "DayStyles"


@dataclass(frozen=True)
class DayStyles:
    """Babel's patterns of a day."""

    long: str
    short: str
    with_hour: str


_EN = DayStyles("EEEE, MMMM d", "MMM d", "EEE, MMM d, h:mm a")
_EN_AND_YEAR = DayStyles("EEEE, MMMM d, y", "MMM d, y", "EEE, MMM d, y, h:mm a")
_ES = DayStyles("EEEE d 'de' MMMM", "d MMM", "EEE d MMM, h:mm a")
_ES_AND_YEAR = DayStyles("EEEE d 'de' MMMM 'de' y", "d MMM y", "EEE d MMM y, h:mm a")
LANGUAGES = {
    "en": Language("English", "en_US", _EN, _EN_AND_YEAR),
    "es": Language("Español", "es_US", _ES, _ES_AND_YEAR),
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


def _styles(moment: date, today: date | None) -> DayStyles:
    """With the year if it is not this one (case 103); never without `today`."""
    return _spoken().this_year if today is None or moment.year == today.year else _spoken().other_year


def day(moment: date, today: date | None = None) -> str:
    """A date such as "Monday, December 1", in the current language."""
    return str(format_date(moment, _styles(moment, today).long, formats()))


def day_from(moment: date, today: date | None) -> str:
    """A date as `day` says it, with "Today" or "Tomorrow" before it; without `today`, as it is."""
    at = moment.date() if isinstance(moment, datetime) else moment
    match (at - today).days if today else None:
        case 0:
            return gettext("Today, %(day)s") % {"day": day(at, today)}
        case 1:
            return gettext("Tomorrow, %(day)s") % {"day": day(at, today)}
        case _:
            return day(at, today)


def day_short(moment: date, today: date | None = None) -> str:
    return str(format_date(moment, _styles(moment, today).short, formats()))


def born(on: date) -> str:
    return gettext("born %(day)s") % {"day": format_date(on, "medium", formats())}


def weekdays(width: Literal["wide", "abbreviated"] = "wide") -> list[str]:
    """The days of the week from Monday on, for labels; `width` is "wide" or "abbreviated"."""
    names = get_day_names(width, "stand-alone", formats())
    return [str(names[day]).capitalize() for day in range(7)]


def hour(moment: datetime | time) -> str:
    return _kept_together(format_time(moment, "short", locale=formats()))


def day_and_hour(moment: datetime, today: date | None = None) -> str:
    return _kept_together(format_datetime(moment, _styles(moment, today).with_hour, locale=formats()))


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
