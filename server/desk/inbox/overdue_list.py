"""The Late tab: who owes an answer, whether pushes reach them, when they last answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.checkins.lateness import Overdue
from server.db import Work
from server.desk.inbox import rows as inbox_rows
from server.devices import health
from server.people import calls, staff
from server.people.models import Patient, PhoneCall
from server.questionnaires import flow as questionnaires
from server.responses import overdue
from server.responses.overdue import LatePatient


@dataclass(frozen=True)
class LateRow:
    """`push`: why no push reaches them, or None if one does. `call`: the last logged call."""

    late: LatePatient
    patient: Patient
    title: str
    push: str | None
    answered_at: datetime | None
    call: PhoneCall | None
    caller: str

    @property
    def where(self) -> str:
        """The heading of this row: to call, called since, or still in time."""
        if self.late.lateness.to_call:
            return "call"
        return "called" if self.late.lateness.state in (Overdue.LATE, Overdue.SILENT) else "waiting"


async def rows(work: Work, late: Sequence[LatePatient]) -> list[LateRow]:
    ids = [one.patient_id for one in late]
    patients = await inbox_rows.patients_of(work.db, work.actor, ids)
    definitions = await questionnaires.offered(work.db, work.actor)
    push = await health.reasons(work, ids)
    answered = await overdue.last_answers(work.db, ids)
    called = await calls.last_calls(work.db, ids)
    names = {member.id: member.name for member in await staff.team(work.db, work.actor)}
    return [
        LateRow(
            one,
            patients[one.patient_id],
            definitions[one.slug].title if one.slug in definitions else one.slug,
            push[one.patient_id],
            answered.get(one.patient_id),
            call := called.get(one.patient_id),
            names.get(call.staff_id, "") if call else "",
        )
        for one in late
    ]
