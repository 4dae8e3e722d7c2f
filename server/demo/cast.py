"""The people in the demo, all invented, and how each one fares."""

from dataclasses import dataclass, field

from server.actor import Role
from server.flags.rules import Urgency
from server.people.rules import CallOutcome, ContactBy
from server.reminders.states import Reply

HOURS = {str(day): ["08:00", "17:00"] for day in range(5)}
INSTRUCTIONS = (
    "Please follow what your own clinic tells you. This is demo text.\n"
    "Bring your list of medicines.\n"
    "Have someone to drive you home.\n"
    "Bring your mask machine if you use one."
)


@dataclass(frozen=True)
class DemoStaff:
    name: str
    email: str
    role: Role


@dataclass(frozen=True)
class DemoPatient:
    """`course` is item → (level six weeks ago, change per week); items that it does not name stay near zero."""

    name: str
    plans: tuple[str, ...]
    course: dict[str, tuple[float, float]] = field(default_factory=dict)
    caregiver: tuple[str, str] | None = None
    contact: ContactBy = ContactBy.CALL
    joined: bool = True
    answers: float = 0.95
    farthest: str = "opened"
    reply: Reply | None = None
    red: str = ""  # item that the newest answers report as trouble
    urgency: Urgency | None = None
    note: str = ""  # added to the first open flag
    expects: tuple[str, int, str] | None = None  # item, level, why
    called: tuple[CallOutcome, str] | None = None  # outcome, note


@dataclass(frozen=True)
class DemoClinic:
    name: str
    zone: str
    phone: str
    address: str
    staff: tuple[DemoStaff, ...]
    patients: tuple[DemoPatient, ...]


ALS = ("weekly-als", "function", "readiness", "day-after")
MOOD = ("daily-three", "readiness", "day-after")

CLINICS = (
    DemoClinic(
        "Harbor Infusion Center",
        "America/New_York",
        "(212) 555-0140",
        "12 Elm Street, second floor",
        (
            DemoStaff("Maria Alvarez", "maria@harbor.example", Role.COORDINATOR),
            DemoStaff("Dr. Ken Osei", "ken@harbor.example", Role.CLINICIAN),
            DemoStaff("Ruth Lindqvist", "ruth@harbor.example", Role.ADMIN),
        ),
        (
            DemoPatient(
                "Rosa Delgado",
                ALS,
                {
                    "swallowing": (0.6, 0.2),
                    "saliva": (0.8, 0.1),
                    "strength": (1, 0.15),
                    "speech": (1, 0.1),
                    "pain": (2, 0.1),
                    "mood": (1, 0),
                },
                ("Luis Delgado", "husband"),
                contact=ContactBy.TEXT,
            ),
            DemoPatient(
                "Walter Brandt",
                ALS,
                {"breathing": (0.8, 0.35), "strength": (1.5, 0.1), "pain": (3, 0)},
                ("Inge Brandt", "wife"),
                contact=ContactBy.CAREGIVER,
                red="fall",
                urgency=Urgency.TODAY,
                note="Inge says he slipped on the bath mat. Not hurt. Physical therapy asked to come by.",
            ),
            DemoPatient(
                "Amina Yusuf",
                ALS,
                {"cramps": (1.4, 0.05), "strength": (1, 0), "pain": (4, -0.3), "mood": (1.5, -0.1)},
                reply=Reply.CANT_COME,
                expects=("cramps", 2, "Known since the summer; new medicine from Monday."),
            ),
            DemoPatient(
                "George Tanaka",
                ALS,
                {"speech": (2, 0.2), "swallowing": (1.2, 0.1), "saliva": (1.5, 0.1)},
                contact=ContactBy.TEXT,
            ),
            DemoPatient(
                "Sam Whitfield",
                ALS,
                joined=False,
                called=(CallOutcome.LEFT_MESSAGE, "Will bring his phone on Thursday."),
            ),
            DemoPatient("Ellen Kowalski", MOOD, {"pain": (7, -0.5), "mood": (3, -0.3)}),
            DemoPatient("Marcus Reed", MOOD, {"pain": (5, -0.2), "mood": (2.4, 0.12)}, answers=0.7),
            DemoPatient(
                "Joan Petrov", ALS, {"strength": (2, 0.1), "breathing": (1, 0.05)}, answers=0.5, farthest="accepted"
            ),
        ),
    ),
    DemoClinic(
        "Mesa Neurology and Infusion",
        "America/Denver",
        "(303) 555-0170",
        "480 Juniper Road",
        (
            DemoStaff("Tom Begay", "tom@mesa.example", Role.COORDINATOR),
            DemoStaff("Dr. Priya Raman", "priya@mesa.example", Role.CLINICIAN),
            DemoStaff("Ana Souza", "ana@mesa.example", Role.ADMIN),
        ),
        (
            DemoPatient("Helen Marsh", ALS, {"swallowing": (1, 0.3), "speech": (1, 0.2)}, ("Dan Marsh", "son")),
            DemoPatient("Victor Nguyen", MOOD, {"pain": (6, -0.3), "mood": (2, -0.1)}),
            DemoPatient("Carla Jimenez", ALS, {"cramps": (2, -0.1), "pain": (3, 0.1)}),
            DemoPatient("Ned Olsen", MOOD, {"mood": (2.5, -0.2)}, answers=0.6),
        ),
    ),
)
