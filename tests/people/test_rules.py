"""Which texts count as an email address."""

from datetime import datetime

import pytest

from server.people import rules

MONDAY = datetime(2026, 11, 16)


@pytest.mark.parametrize(
    ("typed", "good"),
    [("maria@harbor.example", True), (" M@h.example ", True), ("maria", False), ("a@b", False), ("a b@c.d", False)],
)
def test_what_counts_as_an_email_address(typed: str, good: bool) -> None:
    assert rules.is_email(typed) == good
    assert rules.normal_email(" Maria@Harbor.Example ") == "maria@harbor.example"
