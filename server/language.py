"""Words in the reader's language: gettext catalogues, chosen per request or per message."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_datetime, format_time
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent / "locale"
LOCALES = ("en",)
_locale: ContextVar[str] = ContextVar("locale", default="en")


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(FOLDER, [locale], "interlude")


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    token = _locale.set(locale if locale in LOCALES else "en")
    try:
        yield
    finally:
        _locale.reset(token)


def speak(locale: str) -> None:
    """For the rest of this request."""
    _locale.set(locale if locale in LOCALES else "en")


def current() -> str:
    return _locale.get()


def gettext(text: str) -> str:
    return str(_catalogue(_locale.get()).ugettext(text))


def ngettext(one: str, many: str, n: int) -> str:
    return str(_catalogue(_locale.get()).ungettext(one, many, n))


def mark(text: str) -> str:
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


# Babel's ready-made styles put the year in or the weekday out; these are the shapes that pages need.
_SHAPES = {
    "en": ("EEEE, MMMM d", "MMM d", "EEE, MMM d, h:mm a"),
    "": ("EEEE d MMMM", "d MMM", "EEE d MMM, HH:mm"),
}


def _shape(which: int) -> str:
    return _SHAPES.get(current(), _SHAPES[""])[which]


def day(moment: date) -> str:
    """Monday, December 1, in the language now spoken."""
    return str(format_date(moment, _shape(0), current()))


def day_short(moment: date) -> str:
    return str(format_date(moment, _shape(1), current()))


def hour(moment: datetime | time) -> str:
    return _kept_together(format_time(moment, "short", locale=current()))


def day_and_hour(moment: datetime) -> str:
    return _kept_together(format_datetime(moment, _shape(2), locale=current()))


def _kept_together(text: str) -> str:
    return str(text).replace("\u202f", "\u00a0").replace(" AM", "\u00a0AM").replace(" PM", "\u00a0PM")
