"""Respondents, and whose words answers are: pure."""

from dataclasses import dataclass
from enum import StrEnum

from server.actor import ActorKind


class Respondent(StrEnum):
    """The person who answers. `HANDS`: the patient answers, a caregiver taps. `CAREGIVER`: the caregiver's own view.

    Devices keep these words in offline bundles and sealed entries, so they stay as they are.
    """

    SELF = "self"
    HANDS = "hands"
    CAREGIVER = "helper"


class Source(StrEnum):
    """The person who speaks in an answer; the patient's words come first. Offline bundles hold these values too."""

    PATIENT = "patient"
    CAREGIVER = "helper"


def respondent_from(claimed: str, kind: ActorKind) -> Respondent:
    """The respondent that a form or a device claims. A caregiver is never the patient, whatever a URL claims."""
    own = Respondent.CAREGIVER if kind == ActorKind.CAREGIVER else Respondent.SELF
    try:
        respondent = Respondent(claimed)
    except ValueError:
        return own
    return own if respondent == Respondent.SELF else respondent


def speaks_of_patient(respondent: Respondent, kind: ActorKind) -> bool:
    """Whether a page names the patient: to a caregiver, except one who only lends hands (case 104)."""
    return respondent == Respondent.CAREGIVER or (kind == ActorKind.CAREGIVER and respondent == Respondent.SELF)


def source_of(respondent: Respondent) -> Source:
    """The source of an answer: a caregiver who only taps speaks for the patient."""
    return Source.CAREGIVER if respondent == Respondent.CAREGIVER else Source.PATIENT


@dataclass(frozen=True)
class Author:
    """The author of answers: the patient, or one caregiver with an own view.

    `caregiver_id`: None for the patient, and for a view given on the patient's device, which can't tell whose it is.
    """

    source: Source
    caregiver_id: str | None = None

    def may_be(self, other: "Author") -> bool:
        """Whether both may be one person, as far as the devices could tell."""
        unknown = None in (self.caregiver_id, other.caregiver_id)
        return self.source == other.source and (unknown or self == other)


def author_of(respondent: Respondent, caregiver_id: str | None) -> Author:
    """The patient's words are one draft, whichever caregiver lends hands."""
    source = source_of(respondent)
    return Author(source, caregiver_id if source == Source.CAREGIVER else None)
