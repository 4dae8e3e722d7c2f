"""Places and countries are named in the current language."""

import unicodedata

import pytest

from server import language
from server.places import names as place_names


def test_the_places_of_the_country_come_first() -> None:
    here, elsewhere = place_names.places("US")
    assert ("America/New_York", "New York") in here
    assert ("America/Indiana/Knox", "Knox, Indiana") in here
    assert ("Europe/Berlin", "Berlin") in elsewhere
    assert not {zone for zone, _ in here} & {zone for zone, _ in elsewhere}
    with language.speaking("es"):
        assert ("America/New_York", "Nueva York") in place_names.places("US")[0]


@pytest.mark.parametrize("locale", ["en", "es"])
def test_case_146_a_place_is_found_under_its_first_letter_whatever_accent_it_has(locale: str) -> None:
    with language.speaking(locale):
        for places in place_names.places("US"):
            names = [name for _, name in places]
            firsts = [unicodedata.normalize("NFD", name)[0] for name in names]
            assert firsts == sorted(firsts)
            assert not [name for name in names if "/" in name or "_" in name]
            assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("zone", "english", "spanish"),
    [
        ("America/Kentucky/Louisville", "Louisville", "Louisville"),
        ("America/Indiana/Indianapolis", "Indianapolis", "Indianápolis"),
        ("America/Argentina/Cordoba", "Cordoba", "Córdoba"),
        ("Asia/Kolkata", "Kolkata", "Calcuta"),
        ("Asia/Kathmandu", "Kathmandu", "Katmandú"),
        ("Europe/Berlin", "Berlin", "Berlín"),
        ("Europe/Oslo", "Oslo", "Oslo"),
    ],
)
def test_case_146_a_place_has_the_name_that_the_language_gives_it(zone: str, english: str, spanish: str) -> None:
    assert place_names.city(zone) == english
    with language.speaking("es"):
        assert place_names.city(zone) == spanish


def test_a_country_is_named_in_the_current_language() -> None:
    assert place_names.country("DE") == "Germany"
    with language.speaking("es"):
        assert place_names.country("DE") == "Alemania"
