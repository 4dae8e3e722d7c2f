"""The person behind a request, a command or a tick."""

from dataclasses import dataclass, replace
from enum import StrEnum


class ActorKind(StrEnum):
    PATIENT = "patient"
    CAREGIVER = "caregiver"
    STAFF = "staff"
    SYSTEM = "system"


class Role(StrEnum):
    """A staff member's role: a clinician may also change triggers, an admin also the clinic and its staff."""

    COORDINATOR = "coordinator"
    CLINICIAN = "clinician"
    ADMIN = "admin"


@dataclass(frozen=True)
class Actor:
    """`id` is the patient's, caregiver's or staff member's; `patient_id` is the patient whose data the device shows."""

    kind: ActorKind
    id: str
    clinic_id: str
    name: str = ""
    role: Role | None = None  # of a staff member
    patient_id: str = ""
    device_id: str = ""
    session_id: str = ""
    locale: str = "en"
    zone: str = "UTC"
    clinic_name: str = ""  # of a staff member
    patient_name: str = ""  # whom a caregiver helps

    @property
    def caregiver_id(self) -> str | None:
        """The id of a caregiver; None for everyone else."""
        return self.id if self.kind == ActorKind.CAREGIVER else None


@dataclass(frozen=True)
class Visitor:
    """The sign-ins of one browser: a patient's or caregiver's, a staff member's, or both.

    A caregiver of several patients has a sign-in for each: `person` is the active one (case 97).
    """

    person: Actor | None = None
    staff: Actor | None = None
    left: Actor | None = None  # signed in here until the patient withdrew consent
    others: tuple[Actor, ...] = ()  # signed in here beside `person`
    others_left: tuple[Actor, ...] = ()  # were, until the patient withdrew consent

    @property
    def people(self) -> tuple[Actor, ...]:
        """Everyone who is signed in on this phone, the active one first."""
        return (self.person, *self.others) if self.person else self.others

    def is_here(self, person_id: str) -> bool:
        return any(each.id == person_id for each in self.people)

    def sending_for(self, owner: str) -> "Visitor":
        """The visitor who sends what the person with this id left on the phone; unchanged if that is nobody here."""
        for each in self.others:
            if each.id == owner:
                return replace(self, person=each, others=tuple(other for other in self.people if other is not each))
        for each in self.others_left:
            if each.id == owner:
                return replace(self, person=None, left=each)
        is_of_who_left = self.left is not None and owner in ("", self.left.id)
        return self if is_of_who_left else replace(self, left=None)


def system(clinic_id: str, name: str = "worker") -> Actor:
    return Actor(ActorKind.SYSTEM, name, clinic_id)


SOMEONE = "someone"  # stands for the id of a person whom we cannot tell


def someone(clinic_id: str) -> Actor:
    """A person who answers a message that several people get: we cannot tell which of them it is."""
    return Actor(ActorKind.SYSTEM, SOMEONE, clinic_id)
