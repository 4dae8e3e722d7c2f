"""What the migrations do to pauses of earlier versions: the reason that an end of care overruled is stored."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import Connection, select

from server.people.models import Patient
from tests.migrating import MADE, adder, upgraded
from tests.migrating import bare_url as bare_url

pytestmark = pytest.mark.sweep
WORDS = {"patient.contact": "caregiver", "patient.name_in_messages": "first", "audit_event.actor_kind": "staff"}
Act = tuple[str, str | None]
RESUMED: Act = ("patient.resumed", None)
DIED: Act = ("patient.paused", "death")


def paused(why: str) -> Act:
    return "patient.paused", why


# Patient → the acts of each moment, and the reason that has to stand on the patient.
LIVES: dict[str, tuple[list[list[Act]], str | None]] = {
    "never": ([[DIED]], None),
    "before": ([[paused("holiday")], [DIED]], "holiday"),
    "resumed": ([[paused("holiday")], [RESUMED], [DIED]], None),
    "during": ([[paused("holiday")], [DIED], [paused("consent-withdrawn")]], "consent-withdrawn"),
    "hospice": ([[paused("own-wish")], [paused("hospice")], [DIED]], "own-wish"),
    "unknown": ([[paused("a word of old")], [DIED]], "other"),
} | {
    f"both-{order}": ([list(acts), [DIED]], "consent-withdrawn")  # an earlier version ended and began it at once
    for order, acts in enumerate(permutations((paused("consent-withdrawn"), RESUMED)))
}


async def test_case_117_the_reason_before_an_end_of_care_is_stored_from_the_audit_log(bare_url: str) -> None:
    async with upgraded(bare_url, "0032", _live) as database, database.reading() as db:
        found = {patient.id: patient.former_pause for patient in await db.scalars(select(Patient))}
    assert found == {name: former for name, (_acts, former) in LIVES.items()} | {"alive": None}


def _live(connection: Connection) -> None:
    add = adder(connection, WORDS)
    add("clinic")
    add("patient", id="alive", pause_reason="holiday", paused_at=MADE)
    for name, (moments, _former) in LIVES.items():
        add("patient", id=name, pause_reason="death", paused_at=MADE)
        for hour, acts in enumerate(moments):
            for n, (verb, why) in enumerate(acts):
                event = {"verb": verb, "subject_id": name, "at": MADE + timedelta(hours=hour)}
                add("audit_event", id=f"{name}-{hour}-{n}", detail={"why": why} if why else {}, **event)
