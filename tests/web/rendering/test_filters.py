"""The filters of the templates."""

import pytest

from server import language
from server.access import platforms, rules
from server.web.rendering import filters


def test_a_code_is_shown_in_two_groups() -> None:
    assert filters.digits("12345678") == "1234 5678"


def test_a_number_is_kept_left_to_right() -> None:
    assert filters.number("<1> 2") == '<bdi dir="ltr">&lt;1&gt; 2</bdi>'


def test_a_stored_time_is_said_as_people_say_it() -> None:
    assert filters.clock("20:07") == "8:07\u00a0PM"
    with language.speaking("es"):
        assert filters.clock("20:07") == "8:07\u00a0p.m."


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Android phone", "Celular Android"),
        ("Android phone 2", "Celular Android 2"),
        ("Android tablet (SM-X710)", "Tableta Android (SM-X710)"),
        ("Android phone (SM-S921B) 3", "Celular Android (SM-S921B) 3"),
        ("Pixel Tablet", "Pixel Tablet"),
        ("Phone of Luis", "Phone of Luis"),
    ],
)
def test_case_94_the_app_names_a_device_in_the_readers_language(stored: str, shown: str) -> None:
    assert filters.device(stored) == stored
    with language.speaking("es"):
        assert filters.device(stored) == shown


def test_case_94_every_name_that_the_app_gives_can_be_translated() -> None:
    given = {*platforms.NAMES.values(), *(name for _, name in rules.DEVICES), rules.device_name("")}
    assert given == set(filters.DEVICES)
