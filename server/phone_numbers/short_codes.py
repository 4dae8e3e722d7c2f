"""Short codes such as 911, 988 or *4141: pure."""

import re

import phonenumbers
from phonenumbers import shortnumberinfo

SHORT_CODES = (2, 6)  # digits
NORTH_AMERICA = 1  # in this country code, short codes of more than three digits only take texts


def short_code(text: str, country: str) -> str | None:
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
