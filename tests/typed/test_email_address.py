"""Email addresses as people type them (case 80), and the sender of our mail (case 85)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.typed import email_address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("rosa@example.org", "rosa@example.org"),
        (" rosa@example.org\u200b ", "rosa@example.org"),
        ("\ufeffrosa@exam\u00adple.org", "rosa@example.org"),
        ("rosa.d+clinic@example.org", "rosa.d+clinic@example.org"),
        ("ROSA@EXAMPLE.ORG", "ROSA@example.org"),
        ("rosa@bücher.example.org", "rosa@bücher.example.org"),
    ],
)
def test_case_80_an_address_is_cleaned(typed: str, kept: str) -> None:
    assert email_address.read(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "rosa", "rosa@", "@example.org", "rosa..d@example.org", ".rosa@example.org", "rosa.@example.org",
     "a@b@example.org", "rosa@example", "rosa@example..org", "rosa@-example.org", "rosa d@example.org",
     "rosa@localhost", "a@example.org, b@example.org", "rosa@example.invalid", "jörg@example.org",
     "a" * 65 + "@example.org"],
)  # fmt: skip
def test_case_80_an_address_that_gets_no_mail_is_refused(typed: str) -> None:
    assert email_address.read(typed) is None


def test_addresses_are_compared_in_one_form() -> None:
    assert email_address.compared(" Maria@Harbor.Example ") == "maria@harbor.example"
    assert email_address.compared("No Address") == "no address"


def test_a_domain_in_other_letters_is_sent_to_in_ascii() -> None:
    assert email_address.sendable("rosa@bücher.example.org") == "rosa@xn--bcher-kva.example.org"
    assert email_address.sendable("no address") == "no address"


@given(st.text())
def test_case_80_any_text_is_refused_or_kept_as_a_clean_address(typed: str) -> None:
    kept = email_address.read(typed)
    assert kept is None or email_address.read(kept) == kept


@pytest.mark.parametrize(
    ("typed", "sender"),
    [
        ("care@example.org", "care@example.org"),
        ("care+clinic@example.org", "care+clinic@example.org"),
        ("Harbor <care@example.org>", "Harbor <care@example.org>"),
        ("Harbor, Main Street <care@example.org>", '"Harbor, Main Street" <care@example.org>'),
        ('"Harbor, Main Street" <care@example.org>', '"Harbor, Main Street" <care@example.org>'),
        ("<care@example.org>", "<care@example.org>"),
    ],
)
def test_case_85_a_sender_is_read_with_any_name(typed: str, sender: str) -> None:
    found = email_address.sender(typed)
    assert found is not None
    assert found.strip("<>") == sender.strip("<>") or found == sender


@pytest.mark.parametrize("typed", ["", "Harbor", "care@", "Harbor <care@localhost>", "Harbor <>", "care@x.test"])
def test_case_80_a_sender_that_can_send_nothing_is_none(typed: str) -> None:
    assert email_address.sender(typed) is None
