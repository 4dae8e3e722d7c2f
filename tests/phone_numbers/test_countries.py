"""Countries of phone numbers: where texts may go, the country of a zone, and their names."""

from server import language
from server.phone_numbers import countries as number_countries
from server.places import names as place_names


def test_case_78_a_text_goes_only_to_allowed_countries() -> None:
    assert number_countries.can_text("+12125550140", ["US"])
    assert not number_countries.can_text("+18765550140", ["US"])  # Jamaica shares +1
    assert number_countries.can_text("+18765550140", ["US", "JM"])
    for costly in ("+19005550140", "+18005550140"):  # a premium rate; toll-free
        assert not number_countries.can_text(costly, ["US"])
    assert number_countries.can_text("+447400123456", ["GB"])
    for deaf in ("+447012345678", "+442079460018"):  # a premium-rate personal number; a landline
        assert not number_countries.can_text(deaf, ["GB"])
    for tel in (None, "", "988", "2125550140", "+12125550140;ext=12", "+"):
        assert not number_countries.can_text(tel, ["US"])


def test_a_zone_tells_the_country() -> None:
    zones = ("America/New_York", "US/Eastern", "Europe/Madrid", "America/Toronto", "UTC")
    assert [number_countries.country_of_zone(zone) for zone in zones] == ["US", "US", "ES", "CA", "US"]


def test_countries_are_named_in_the_language_of_the_page() -> None:
    assert dict(number_countries.countries("es"))["US"] == "Estados Unidos"
    with language.speaking("es"):
        assert place_names.country("JM") == "Jamaica"
