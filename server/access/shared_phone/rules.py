"""Decide whose sessions one browser may carry, and which of them is active. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from server.actor import Actor, ActorKind

MOST_PEOPLE = 4  # sessions in one browser: more would not fit on Home


@dataclass(frozen=True)
class Tokens:
    """The session tokens of one browser: the active one, and those that it carries beside it."""

    active: str = ""
    others: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        return tuple(token for token in dict.fromkeys((self.active, *self.others)) if token)

    def switched_to(self, token: str) -> "Tokens":
        """`token` is active; the one that was is carried beside it."""
        return Tokens(token, tuple(each for each in self.every if each != token)[: MOST_PEOPLE - 1])

    def without(self, tokens: Sequence[str]) -> "Tokens":
        """Without these, unless one is active."""
        return Tokens(self.active, tuple(each for each in self.others if each not in tokens))


def read(active: str, others: str) -> Tokens:
    """The tokens as the cookies have them: `others` are separated by dots."""
    found = dict.fromkeys(token for token in others.split(".") if token and token != active)
    return Tokens(active, tuple(found)[: MOST_PEOPLE - 1])


def may_keep(newcomer: Actor, people: Sequence[Actor]) -> bool:
    """Whether `newcomer` may join beside these `people`: all are caregivers, each of another patient."""
    everyone = (*people, newcomer)
    patients = {each.patient_id for each in everyone}
    are_caregivers = all(each.kind == ActorKind.CAREGIVER for each in everyone)
    return bool(people) and are_caregivers and len(everyone) == len(patients) <= MOST_PEOPLE


def own_address(path: str, query: Mapping[str, str] | None = None) -> str:
    """The address of our own page `path`, with its query. It never leads to another site, whatever stands in `path`."""
    address = "/" + quote(path.lstrip("/\\"), safe="/")
    return f"{address}?{urlencode(query)}" if query else address
