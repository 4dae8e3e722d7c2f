"""Phone numbers: what a person typed, and what a device dials for it (RFC 3966).

Each number is stored twice: as typed, for people to read, and as its dial string, for a `tel:` link and text messages:
E.164 with an extension (`+12125550140;ext=12`) or a short code (`988`).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import phonenumbers
from babel import Locale
from babel.core import get_global
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, shortnumberinfo

LONGEST = 40  # characters as typed
SHORT_CODES = (2, 6)  # digits
TWO_NUMBERS = 7  # digits before a slash or comma that make a complete number
NORTH_AMERICA = 1  # in this country code, short codes of more than three digits only take texts
# A number, an optional extension, and an optional remark such as "(press 1)".
_EXTENSION = r"ext(?:ensi[oó]n|n)?|int(?:erno)?|anexo|ramal|poste|durchwahl|dw|app(?:arat)?"
_TYPED = re.compile(
    rf"""(?P<number>[+*]?[\d\s().\-/·‐-―]*\d[\s)]*)
    (?P<extension>[\s,]*\(?(?:;\s*ext=|(?:{_EXTENSION})\b[\s.:-]*|x[\s.:-]*(?=\d)|\#)\s*\d{{1,7}}\)?)?
    (?P<remark>[\s,;:–-]*\(?\s*[^\W\d_].*)?""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
# What callers press once the line answers. A remark may contain no other digits.
_PRESS = re.compile(r"\b(?:press|option|choose|oprima|presione|marque|opci[oó]n)\s+\d{1,2}\b", re.IGNORECASE)
_TAKES_TEXTS = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP}


@dataclass(frozen=True)
class Dialable:
    """A number as typed, and the `tel` that a device dials for it."""

    typed: str
    tel: str


class BadNumber(ValueError):
    """A number that cannot be used. `why` is one of REASONS; `instead` is what to write, or ""."""

    def __init__(self, why: str, instead: str = "") -> None:
        super().__init__(why)
        self.why, self.instead = why, instead


class BadNumbers(ValueError):
    """Numbers that cannot be used, by form field."""

    def __init__(self, by_field: dict[str, BadNumber]) -> None:
        super().__init__(", ".join(by_field))
        self.by_field = by_field


REASONS = ("no-number", "long", "two", "words", "extension", "short", "unknown", "no-text")


def read_line(typed: str, country: str) -> Dialable:
    """Parse a line that people call: the clinic's, the emergency number, the crisis line. Raises BadNumber.

    `country` is an ISO 3166 code such as "US". Accepts short codes, extensions and a remark after the number.
    """
    shown, parts = _parse(typed)
    _check_remark(parts["remark"])
    code = None if parts["extension"] else _short_code(parts["number"], country)
    try:
        number = _full_number(parts, country)
    except BadNumber:
        if code is None:
            raise
        return Dialable(shown, code)
    return Dialable(shown, _tel(number))


def read_own(typed: str, country: str) -> Dialable:
    """Parse a person's own number, which may get texts: one full number and nothing else. Raises BadNumber."""
    shown, parts = _parse(typed)
    number = parts["number"]
    if parts["remark"]:
        raise BadNumber("two" if _digits_in(parts["remark"]) > 2 else "words", _own_alone(number, country))
    if parts["extension"]:
        raise BadNumber("extension", _own_alone(number, country))
    if _short_code(number, country):
        raise BadNumber("short")
    return Dialable(shown, _tel(_full_number(parts, country)))


def _own_alone(number: str, country: str) -> str:
    """The number alone, as a suggestion; "" if it is not valid either."""
    try:
        return read_own(number, country).typed
    except BadNumber:
        return ""


def read_for_texts(typed: str, country: str, text_countries: list[str]) -> Dialable:
    """Parse a person's own number that must be able to receive texts. Raises BadNumber."""
    number = read_own(typed, country)
    if not can_text(number.tel, text_countries):
        raise BadNumber("no-text")
    return number


def read_all(
    typed: Mapping[str, str | None], country: str, read: Callable[[str, str], Dialable]
) -> dict[str, Dialable | None]:
    """Parse every field with `read`; None for an empty one. Raises BadNumbers with each invalid field."""
    found: dict[str, Dialable | None] = {}
    bad: dict[str, BadNumber] = {}
    for field, text in typed.items():
        try:
            found[field] = read(text, country) if text else None
        except BadNumber as fault:
            bad[field] = fault
    if bad:
        raise BadNumbers(bad)
    return found


def example(country: str) -> str:
    """A sample number as people of that country write it, to show beside a field."""
    number = phonenumbers.example_number(country)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL) if number else ""


def can_text(tel: str | None, countries: list[str]) -> bool:
    """Whether it may get texts: a full number in one of `countries`, of a type that takes texts at no extra cost."""
    if tel is None or not re.fullmatch(r"\+\d{7,15}", tel):
        return False
    number = phonenumbers.parse(tel)
    return phonenumbers.region_code_for_number(number) in countries and phonenumbers.number_type(number) in _TAKES_TEXTS


def country_of(tel: str | None) -> str | None:
    """The ISO 3166 code of a full number's country; None for a short code or a number of no country."""
    if tel is None or not tel.startswith("+"):
        return None
    region = phonenumbers.region_code_for_number(phonenumbers.parse(tel))
    return region if region in phonenumbers.SUPPORTED_REGIONS else None


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


def _parse(typed: str) -> tuple[str, dict[str, str]]:
    """The number to show, and its parts: number, extension, remark. Raises BadNumber if they cannot be told apart."""
    shown = "".join(ch for ch in typed if unicodedata.category(ch) not in ("Cf", "Cc")).strip()
    if len(shown) > LONGEST:
        raise BadNumber("long")
    plain = "".join(_ascii(ch) for ch in shown).removeprefix("tel:")
    if not _digits_in(plain):
        raise BadNumber("no-number")
    found = _TYPED.fullmatch(plain)
    if found is None:
        raise BadNumber("two" if _holds_two(plain) else "words")
    parts = {name: (part or "").strip() for name, part in found.groupdict().items()}
    if parts["number"].count("(") != parts["number"].count(")"):
        raise BadNumber("words")
    if _holds_two(parts["number"]):
        raise BadNumber("two")
    return shown, parts


def _ascii(character: str) -> str:
    """Convert a digit of any script to 0 to 9, and a full-width sign to the plain one; keep superscripts."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return character if character.isnumeric() else unicodedata.normalize("NFKC", character)


def _check_remark(remark: str) -> None:
    """Check that a remark is words, or what to press once the line answers. Raises BadNumber."""
    if _digits_in(remark) > 2:
        raise BadNumber("two")
    unfinished = re.match(rf"\W*(?:{_EXTENSION}|x)\b", remark, re.IGNORECASE)
    if unfinished or _digits_in(_PRESS.sub("", remark)):
        raise BadNumber("words")


def _full_number(parts: dict[str, str], country: str) -> PhoneNumber:
    text = parts["number"]
    if parts["extension"]:
        text += ";ext=" + "".join(ch for ch in parts["extension"] if ch.isdecimal())
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        raise BadNumber("unknown") from None
    if "*" in text or not phonenumbers.is_valid_number(number):
        raise BadNumber("unknown")
    return number


def _short_code(text: str, country: str) -> str | None:
    """The digits of a short code such as 911, 988, 116 123 or *4141; None if it is not one.

    The published lists lack many crisis lines, so any code that could exist in the country is accepted. A code close to
    an emergency number is not: 9111 is a typing error, and 9-911 is how an office dials out.
    """
    groups = re.findall(r"\d+", text)
    code = "".join(groups)
    if "+" in text or not SHORT_CODES[0] <= len(code) <= SHORT_CODES[1]:
        return None
    if shortnumberinfo.is_emergency_number(code, country):
        return None if "*" in text else code
    near_an_emergency = shortnumberinfo.connects_to_emergency_number(code, country) or any(
        shortnumberinfo.is_emergency_number(code[cut:], country) for cut in range(1, len(code) - 1)
    )
    if near_an_emergency or _are_codes(groups, country) or not _could_exist(code, country):
        return None
    return "*" + code if "*" in text else code


def _could_exist(code: str, country: str) -> bool:
    if phonenumbers.country_code_for_region(country) == NORTH_AMERICA:
        number = phonenumbers.parse(code, country)
        return len(code) == 3 and shortnumberinfo.is_valid_short_number_for_region(number, country)
    return len(code) >= 3


def _are_codes(groups: list[str], country: str) -> bool:
    """Whether there are several groups of digits, each a short code of its own."""
    return len(groups) > 1 and all(
        len(group) > 2 and shortnumberinfo.is_valid_short_number_for_region(phonenumbers.parse(group, country), country)
        for group in groups
    )


def _tel(number: PhoneNumber) -> str:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{e164};ext={number.extension}" if number.extension else e164


def _holds_two(text: str) -> bool:
    """Whether this looks like more than one number.

    That is a complete number with more digits after a slash or comma, or short numbers separated by one. A slash after
    an area code does not count.
    """
    before = 0
    for run in re.split(r"[/,;&|]|[^\W\d_]{2,}", text):
        digits = _digits_in(run)
        if digits and before >= TWO_NUMBERS:
            return True
        before += digits
    runs = [_digits_in(run) for run in re.split(r"[/,;&|]", text)]
    return len(runs) > 1 and all(1 < digits < 4 for digits in runs)


def _digits_in(text: str) -> int:
    return sum(ch.isdecimal() for ch in text)
