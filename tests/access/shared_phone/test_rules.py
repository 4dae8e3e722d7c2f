"""Which sessions one browser carries, who may join beside whom, and where a link may lead (case 97)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.shared_phone import rules
from server.access.shared_phone.rules import Tokens
from server.actor import Actor, ActorKind


def helping(patient: str, kind: ActorKind = ActorKind.CAREGIVER) -> Actor:
    return Actor(kind, f"helper of {patient}", "clinic", patient_id=patient)


def test_case_97_the_cookies_are_read_without_twins_and_for_four_people_at_most() -> None:
    assert rules.read("", "") == Tokens()
    assert rules.read("", "").every == ()
    assert rules.read("a", "b.a..b.c") == Tokens("a", ("b", "c"))
    assert rules.read("a", "b.c.d.e.f").every == ("a", "b", "c", "d")


def test_case_97_switching_carries_the_former_one_on() -> None:
    assert Tokens("a", ("b", "c")).switched_to("c") == Tokens("c", ("a", "b"))
    assert Tokens("", ("b",)).switched_to("b") == Tokens("b")
    assert Tokens("a", ("b", "c")).without(["a", "b"]) == Tokens("a", ("c",))


def test_case_97_only_caregivers_of_different_patients_may_be_kept_side_by_side() -> None:
    rosa, walter = helping("rosa"), helping("walter")
    assert rules.may_keep(walter, [rosa])
    assert not rules.may_keep(walter, [])
    assert not rules.may_keep(helping("rosa"), [rosa])
    assert not rules.may_keep(helping("walter", ActorKind.PATIENT), [rosa])
    assert not rules.may_keep(walter, [helping("rosa", ActorKind.PATIENT)])
    assert not rules.may_keep(helping("fifth"), [helping(name) for name in ("a", "b", "c", "d")])


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("", "/"),
        ("/", "/"),
        ("/check-ins/a1/q/mood", "/check-ins/a1/q/mood"),
        ("//evil.example", "/evil.example"),
        ("/\\evil.example", "/evil.example"),
        ("/a\r\nset-cookie: b", "/a%0D%0Aset-cookie%3A%20b"),
    ],
)
def test_case_97_a_link_leads_to_our_own_pages(path: str, leads: str) -> None:
    assert rules.own_address(path) == leads
    assert rules.own_address(path, {"from": "a&b", "who": "hands"}) == f"{leads}?from=a%26b&who=hands"


@given(st.text())
def test_case_97_no_link_leads_to_another_site(path: str) -> None:
    address = rules.own_address(path)
    assert address.startswith("/")
    assert not address.startswith(("//", "/\\"))
    assert address.isascii()
