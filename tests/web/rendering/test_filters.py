"""The filters of the templates."""

from server.web.rendering import filters


def test_a_code_is_shown_in_two_groups() -> None:
    assert filters.digits("12345678") == "1234 5678"


def test_a_number_is_kept_left_to_right() -> None:
    assert filters.number("<1> 2") == '<bdi dir="ltr">&lt;1&gt; 2</bdi>'
