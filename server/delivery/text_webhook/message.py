"""Read the provider's message: {id, kind, from, text, at}."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from server.channels.addresses import E164
from server.people.texting.rules import Incoming, IncomingKind

LONGEST_ID = 200


class BadMessage(ValueError):
    """A message that we cannot accept; the error names the field and its correct form."""


def read(body: Mapping[str, Any]) -> Incoming:
    """Raises BadMessage. An undeliverable message needs no text."""
    message_id, tel, text = _word(body, "id"), _word(body, "from"), _word(body, "text")
    if not 0 < len(message_id) <= LONGEST_ID:
        raise BadMessage(f'"id" must be a text of 1 to {LONGEST_ID} characters')
    if _word(body, "kind") not in tuple(IncomingKind):
        raise BadMessage('"kind" must be "reply" or "undeliverable"')
    kind = IncomingKind(_word(body, "kind"))
    if not E164.fullmatch(tel):
        raise BadMessage('"from" must be the person\'s number with its country code, such as "+12125550140"')
    if kind == IncomingKind.REPLY and not text.strip():
        raise BadMessage('"text" must be the person\'s words')
    return Incoming(message_id, kind, tel, text, _moment(_word(body, "at")))


def _word(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _moment(typed: str) -> datetime:
    try:
        moment = datetime.fromisoformat(typed)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)  # raises OverflowError at the ends of the calendar
    except (ValueError, OverflowError):
        pass
    raise BadMessage('"at" must be a time with its zone, such as "2026-11-27T10:15:00Z"')
