"""The names of months in all our languages, for finding a patient by birth date."""

from functools import cache

from babel.dates import get_month_names

from server.language import LANGUAGES


@cache
def months() -> dict[str, int]:
    """The number of each month by its name, whole or short, as search compares words."""
    named = {}
    for spoken in LANGUAGES.values():
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, "format", spoken.formats).items():
                named[str(name).casefold().rstrip(".")] = number
    return named
