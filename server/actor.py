"""The person behind a request, a command or a tick."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    PATIENT = "patient"
    CAREGIVER = "caregiver"
    STAFF = "staff"
    SYSTEM = "system"


class Role(StrEnum):
    """What a staff member may do: a clinician may also change triggers, an admin also the clinic and its staff."""

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


@dataclass(frozen=True)
class Visitor:
    """The sign-ins of one browser: a patient's or caregiver's, a staff member's, or both."""

    person: Actor | None = None
    staff: Actor | None = None
    left: Actor | None = None  # signed in here until the patient withdrew consent


def system(clinic_id: str, name: str = "worker") -> Actor:
    return Actor(ActorKind.SYSTEM, name, clinic_id)
