"""A message of the provider is read whole, or refused with the field that is wrong (case 128)."""

from typing import Any

import pytest

from server.delivery.text_webhook.message import BadMessage, read
from server.people.texting.rules import Incoming, IncomingKind
from tests.cast import NOW

GOOD = {"id": "m1", "kind": "reply", "from": "+12125550101", "text": " Can't come\n", "at": NOW.isoformat()}


def test_case_128_a_message_is_read_and_no_text_is_cut() -> None:
    assert read(GOOD) == Incoming("m1", IncomingKind.REPLY, "+12125550101", " Can't come\n", NOW)
    assert read(GOOD | {"text": "x" * 9_000}).text == "x" * 9_000
    assert read(GOOD | {"at": "2026-11-16T14:00:00Z"}).at.tzinfo is not None
    undeliverable = {name: value for name, value in GOOD.items() if name != "text"} | {"kind": "undeliverable"}
    assert (read(undeliverable).kind, read(undeliverable).text) == (IncomingKind.UNDELIVERABLE, "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", "x" * 201),
        ("id", 7),
        ("kind", "delivered"),
        ("kind", None),
        ("from", "12125550101"),
        ("from", "+1 212 555 0101"),
        ("from", ["+12125550101"]),
        ("text", " "),
        ("text", None),
        ("at", "yesterday"),
        ("at", "2026-11-16T14:00:00"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("at", 1_700_000_000),
    ],
)
def test_case_128_a_message_that_cannot_be_read_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(BadMessage, match=f'"{field}"'):
        read(GOOD | {field: value})
    with pytest.raises(BadMessage, match=f'"{field}"'):
        read({name: kept for name, kept in GOOD.items() if name != field})
