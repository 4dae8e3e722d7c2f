"""Phone numbers: what a person typed, and what a device dials for it (RFC 3966).

Each number is stored twice: as typed, for people to read, and as its dial string, for a `tel:` link and text messages:
E.164 with an extension (`+12125550140;ext=12`) or a short code (`988`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from server.phone_numbers.countries import can_text
from server.phone_numbers.parts import BadNumber, BadNumbers, check_remark, digits_in, parse
from server.phone_numbers.short_codes import short_code

# In some countries people have numbers that are as short as a short code.
_OF_PEOPLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@dataclass(frozen=True)
class Dialable:
    """A number as typed, and the `tel` that a device dials for it."""

    typed: str
    tel: str


def read_line(typed: str, country: str) -> Dialable:
    """Parse a line that people call: the clinic's, the emergency number, the crisis line. Raises BadNumber.

    `country` is an ISO 3166 code such as "US". Accepts short codes, extensions and a remark after the number.
    """
    shown, parts = parse(typed)
    check_remark(parts["remark"])
    code = None if parts["extension"] else short_code(parts["number"], country)
    try:
        number = _full_number(parts, country)
    except BadNumber:
        if code is None:
            raise
        return Dialable(shown, code)
    return Dialable(shown, _tel(number))


def read_own(typed: str, country: str) -> Dialable:
    """Parse a person's own number, which may get texts: one full number and nothing else. Raises BadNumber."""
    shown, parts = parse(typed)
    number = parts["number"]
    if parts["remark"]:
        raise BadNumber("two" if digits_in(parts["remark"]) > 2 else "words", _own_alone(number, country))
    if parts["extension"]:
        raise BadNumber("extension", _own_alone(number, country))
    try:
        full = _full_number(parts, country)
    except BadNumber:
        if short_code(number, country):
            raise BadNumber("short") from None
        raise
    if phonenumbers.number_type(full) not in _OF_PEOPLE and short_code(number, country):
        raise BadNumber("short")
    return Dialable(shown, _tel(full))


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


def _full_number(parts: dict[str, str], country: str) -> PhoneNumber:
    text = parts["number"]
    if parts["extension"]:
        text += ";ext=" + "".join(ch for ch in parts["extension"] if ch.isdecimal())
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        raise _unknown(parts["number"], country) from None
    if "*" in text or not phonenumbers.is_valid_number(number) or _leaves_digits_out(parts["number"], number, country):
        raise _unknown(parts["number"], country)
    return number


def _leaves_digits_out(typed: str, number: PhoneNumber, country: str) -> bool:
    """Whether the typed number begins with more digits than anybody dials, as in 1 1 212 555 0140 (case 77)."""
    digits = "".join(ch for ch in typed if ch.isdecimal())
    before, national, _ = digits.rpartition(phonenumbers.national_significant_number(number))
    own = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_number(number) or country)
    home = PhoneMetadata.metadata_for_region(country)
    if not national or own is None or home is None:  # such as 15 in Argentina, which becomes a 9 after the area
        return False
    trunk, code = own.national_prefix_for_parsing or "", str(number.country_code)
    twice = "" if trunk == code else f"(?:{trunk})?"  # as in +44 (0)20
    return re.fullmatch(f"(?:{trunk})?|(?:{home.international_prefix})?{code}{twice}", before) is None


def _unknown(number: str, country: str) -> BadNumber:
    """The error for a number that does not exist: pasted twice, or invalid in its own country or in the clinic's."""
    half = len(number) // 2
    cuts = [(found.start(), found.end()) for found in re.finditer(r"[\s./·‐-―−-]+", number)]
    if number[:half] == number[half:]:  # pasted twice
        cuts.append((half, half))
    for end, start in cuts:
        if all(_is_valid(part, country) for part in (number[:end], number[start:])):
            return BadNumber("two", number[:end])
    return BadNumber("nowhere" if number.startswith("+") else "unknown")


def _is_valid(number: str, country: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, country))
    except NumberParseException:
        return False


def _tel(number: PhoneNumber) -> str:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{e164};ext={number.extension}" if number.extension else e164
