"""What people type as a phone number is dialled exactly, or refused (cases 77 and 78)."""

import re
import unicodedata

import phonenumbers
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from server.phone_numbers import reading as numbers
from server.phone_numbers.parts import BadNumber, BadNumbers
from server.phone_numbers.reading import read_line, read_own


@pytest.mark.parametrize(
    ("typed", "country", "tel"),
    [
        ("(212) 555-0140 ext. 12", "US", "+12125550140;ext=12"),
        ("(212) 555-0140x12", "US", "+12125550140;ext=12"),
        ("212.555.0140 #7, front desk", "US", "+12125550140;ext=7"),
        ("988 (press 1)", "US", "988"),
        ("988, option 2", "US", "988"),
        ("911", "US", "911"),
        ("112", "US", "112"),
        ("999", "GB", "999"),
        ("116 123", "GB", "116123"),
        ("113", "NL", "113"),
        ("000", "AU", "000"),
        ("13 11 14", "AU", "+61131114"),
        ("15", "FR", "15"),
        ("3114", "FR", "3114"),
        ("14416", "IN", "14416"),
        ("1393", "KR", "1393"),
        ("*4141", "CL", "*4141"),
        ("030/1234567", "DE", "+49301234567"),
        ("030 1234567 App 12", "DE", "+49301234567;ext=12"),
        ("01 23 45 67 89 poste 12", "FR", "+33123456789;ext=12"),
        ("(212) 555-0140 (ext 12)", "US", "+12125550140;ext=12"),
        ("(212) 555-0140 extensión 12", "US", "+12125550140;ext=12"),
        ("(212) 555-0140 EXT12", "US", "+12125550140;ext=12"),
        ("2125550140ext12", "US", "+12125550140;ext=12"),
        ("(212) 555-0140 – ext. 12", "US", "+12125550140;ext=12"),
        ("212\u2212555\u22120140", "US", "+12125550140"),
        ("TEL:+12125550140", "US", "+12125550140"),
        ("(212) 555-0140 (front desk)", "US", "+12125550140"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "US", "+442079460018"),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("٢١٢٥٥٥٠١٤٠", "US", "+12125550140"),
        ("＋１ ２１２ ５５５ ０１４０", "US", "+12125550140"),
        ("\u202a(212)\u00a0555\u20110140\u202c", "US", "+12125550140"),
    ],
)
def test_case_77_a_line_is_dialled_as_it_is_meant(typed: str, country: str, tel: str) -> None:
    assert read_line(typed, country).tel == tel


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("xyz", "no-number"),
        ("", "no-number"),
        ("+", "no-number"),
        ("(555) 010-0140", "unknown"),
        ("555-0140", "unknown"),
        ("9111", "unknown"),
        ("911 112", "unknown"),
        ("44 20 7946 0018", "unknown"),
        ("1-800-FLOWERS", "unknown"),
        ("9-911", "unknown"),
        ("9988", "unknown"),
        ("741741", "unknown"),  # accepts only texts
        ("(212) 555-0140 then 12", "words"),
        ("(212) 555-0140 and 41", "words"),
        ("988 (24h/24)", "words"),
        ("911/112", "two"),
        ("988 or 911", "two"),
        ("212 555 0140 / 212 555 0141", "two"),
        ("212-555-0140 x5 x6", "words"),
        ("(212) 555-0140 ext.", "words"),
        ("call 988", "words"),
        ("2125550140,,12", "two"),
        ("(212) 555-0140 (212) 555-0141", "two"),
        ("21255501402125550140", "two"),  # pasted twice
        ("+12125550140+12125550141", "two"),
        ("+44 7700 9001", "nowhere"),
        ("1 1 212 555 0140", "unknown"),
        ("+1 1 212 555 0140", "nowhere"),
        ("011 1 1 212 555 0140", "unknown"),
        ("+999 555 0140", "nowhere"),
        ("²125550140", "words"),
        ("2" * 41, "long"),
    ],
)
def test_case_77_an_undiallable_line_is_refused(typed: str, why: str) -> None:
    with pytest.raises(BadNumber) as refused:
        read_line(typed, "US")
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("typed", "why", "instead"),
    [
        ("(212) 555-0140 ext. 12", "extension", "(212) 555-0140"),
        ("(212) 555-0140 Luis", "words", "(212) 555-0140"),
        ("(212) 555-0140 or 212-555-0141", "two", "(212) 555-0140"),
        ("212-555-0140 212-555-0141", "two", "212-555-0140"),
        ("2125550140 2125550140", "two", "2125550140"),
        ("+44 7700 9001", "nowhere", ""),
        ("911", "short", ""),
        ("0140", "unknown", ""),
        ("1-800-FLOWERS", "words", ""),
    ],
)
def test_case_78_a_persons_number_is_one_complete_number(typed: str, why: str, instead: str) -> None:
    with pytest.raises(BadNumber) as refused:
        read_own(typed, "US")
    assert (refused.value.why, refused.value.instead) == (why, instead)


@pytest.mark.parametrize(
    ("typed", "country", "tel"),
    [("90 1234", "TV", "+688901234"), ("7290", "TK", "+6907290"), ("20-123", "TO", "+67620123")],
)
def test_case_78_a_persons_number_may_be_as_short_as_a_code(typed: str, country: str, tel: str) -> None:
    assert read_own(typed, country).tel == tel


WRITTEN = (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.RFC3966)


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.data())
def test_case_77_a_number_of_any_country_is_read_as_that_country_writes_it(country: str, data: st.DataObject) -> None:
    kinds = [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE]
    number = phonenumbers.example_number_for_type(country, data.draw(st.sampled_from(kinds)))
    if number is None:
        reject()
    home, abroad = data.draw(st.sampled_from(WRITTEN)), data.draw(st.sampled_from(["US", "DE", "AU", "JP"]))
    tel = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    for read in (read_line, read_own):
        assert read(phonenumbers.format_number(number, home), country).tel == tel
        assert read(phonenumbers.format_out_of_country_calling_number(number, abroad), abroad).tel == tel


TYPED = st.text(alphabet=st.sampled_from("0123456789+()-./ #x,;ext٠١٢३４５\u200f\u00a0\u2011"), max_size=24)


def digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(ch)) for ch in text if ch.isdecimal())


@given(TYPED | st.text(max_size=30), st.sampled_from(["US", "GB", "DE", "FR", "ES", "AU", "IN"]))
def test_case_77_any_text_is_refused_or_dials_exactly_its_digits(typed: str, country: str) -> None:
    for read in (read_line, read_own):
        try:
            number = read(typed, country)
        except BadNumber:
            continue
        assert re.fullmatch(r"\+\d{7,15}(;ext=\d{1,7})?|\*?\d{2,6}", number.tel)
        left = digits(typed)
        if number.tel.startswith("+"):
            parsed = phonenumbers.parse(number.tel)
            extension = parsed.extension or ""
            left = left.removesuffix(extension).removesuffix(phonenumbers.national_significant_number(parsed))
            # A national number may follow a trunk prefix, or an exit code and the country's code.
            code = str(parsed.country_code)
            assert re.fullmatch(rf"(00|000|0011|011)?({code})?[018]?", left), (typed, number.tel)
        else:
            assert left == number.tel.removeprefix("*")


@pytest.mark.parametrize(
    "typed", ["030 1234567 / 68", "089 1234 / 089 5678", "030 123456 / 123457", "030 12345-0/-12", "030 1234567; 89"]
)
def test_case_78_two_numbers_are_not_joined_in_countries_with_numbers_of_any_length(typed: str) -> None:
    for read in (read_line, read_own):
        with pytest.raises(BadNumber) as refused:
            read(typed, "DE")
        assert refused.value.why == "two"


def test_several_fields_are_read_at_once() -> None:
    assert numbers.read_all({"phone": None}, "US", read_own) == {"phone": None}
    with pytest.raises(BadNumbers) as refused:
        numbers.read_all({"a": "xyz", "b": "911", "c": "(212) 555-0140"}, "US", read_own)
    assert {field: bad.why for field, bad in refused.value.by_field.items()} == {"a": "no-number", "b": "short"}
