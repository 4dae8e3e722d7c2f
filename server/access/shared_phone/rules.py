"""Decide whose sessions one browser may carry, and which of them is active. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from server.actor import Actor, ActorKind

MOST_PEOPLE = 4  # sessions in one browser: more would not fit on Home


@dataclass(frozen=True)
class Tokens:
    """The session tokens of one browser: the active one, and the others beside it."""

    active: str = ""
    others: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        return tuple(token for token in dict.fromkeys((self.active, *self.others)) if token)

    def switched_to(self, token: str) -> "Tokens":
        """The same tokens with `token` active; the one that was active joins the others."""
        return Tokens(token, tuple(each for each in self.every if each != token)[: MOST_PEOPLE - 1])

    def without(self, tokens: Sequence[str]) -> "Tokens":
        """The tokens without these; the active one always stays."""
        return Tokens(self.active, tuple(each for each in self.others if each not in tokens))


def read(active: str, others: str) -> Tokens:
    """Read the tokens from the values of the two cookies; dots separate `others`."""
    found = dict.fromkeys(token for token in others.split(".") if token and token != active)
    return Tokens(active, tuple(found)[: MOST_PEOPLE - 1])


def may_keep(newcomer: Actor, people: Sequence[Actor]) -> bool:
    """Whether `newcomer` may join beside these `people`: only if all are caregivers, each of a different patient."""
    everyone = (*people, newcomer)
    patients = {each.patient_id for each in everyone}
    are_caregivers = all(each.kind == ActorKind.CAREGIVER for each in everyone)
    return bool(people) and are_caregivers and len(everyone) == len(patients) <= MOST_PEOPLE


def own_address(path: str, query: Mapping[str, str] | None = None) -> str:
    """The address of our own page `path`, with its query. It never leads to another site, whatever `path` contains."""
    address = "/" + quote(path.lstrip("/\\"), safe="/")
    return f"{address}?{urlencode(query)}" if query else address
