"""Read what a text asks for, and the state of a number after several events: pure (case 128)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.typed.search import plain


class NumberState(StrEnum):
    """Whether a number gets our texts, and if not, why."""

    OPEN = "open"
    STOPPED = "stopped"
    UNDELIVERABLE = "undeliverable"


class ReplyFrom(StrEnum):
    """The owner of the number that a text came from."""

    PATIENT = "patient"
    CAREGIVER = "caregiver"
    STAFF = "staff"


@dataclass(frozen=True)
class NumberEvent:
    """A change of a number's state, and when, by the provider's clock."""

    state: NumberState
    at: datetime


# The words that the FCC names (47 CFR 64.1200(a)(10)), those that carriers add, Canada's French word, and Spanish.
STOP_WORDS = frozenset(
    {"stop", "quit", "end", "revoke", "optout", "cancel", "unsubscribe", "stopall", "arret"}
    | {"baja", "alto", "parar", "pare", "detener", "cancelar", "salir"}
)
START_WORDS = frozenset({"start", "unstop", "optin", "yes", "si", "alta", "iniciar"})
ALSO_ANSWERS = frozenset({"cancel", "cancelar", "yes", "si"})  # somebody may answer a reminder of a visit with these
_STRONGEST = (NumberState.OPEN, NumberState.UNDELIVERABLE, NumberState.STOPPED)


def ordered_state(text: str) -> NumberState | None:
    """The state that this text asks for; None for any other text. Case, accents, punctuation and spaces don't count."""
    word = _word(text)
    if word in STOP_WORDS:
        return NumberState.STOPPED
    return NumberState.OPEN if word in START_WORDS else None


def needs_staff(text: str) -> bool:
    """Whether staff have to read the text: no program can tell what it asks for, or it may be about a visit."""
    return ordered_state(text) is None or _word(text) in ALSO_ANSWERS


def _word(text: str) -> str:
    return plain(text).replace(" ", "")


def later(one: NumberEvent, other: NumberEvent) -> NumberEvent:
    """The event that counts, in whatever order they arrive: the later one; of two at one moment, the stronger one."""
    return max(one, other, key=lambda event: (event.at, _STRONGEST.index(event.state)))


class IncomingKind(StrEnum):
    REPLY = "reply"
    UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True)
class Incoming:
    """A message of the provider: `tel` is the person's number in E.164; `at` is the provider's time."""

    id: str
    kind: IncomingKind
    tel: str
    text: str
    at: datetime

    @property
    def is_for_staff(self) -> bool:
        return self.kind == IncomingKind.REPLY and needs_staff(self.text)
