"""Places and countries are named in the current language."""

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


def test_a_country_is_named_in_the_current_language() -> None:
    assert place_names.country("DE") == "Germany"
    with language.speaking("es"):
        assert place_names.country("DE") == "Alemania"
