"""The texts in the inbox that staff have to read."""

from dataclasses import dataclass

from server.db import Work
from server.desk.inbox import rows as inbox_rows
from server.people import staff
from server.people.models import Patient
from server.people.texting import replies
from server.people.texting.models import TextReply


@dataclass(frozen=True)
class ReplyRow:
    """`patient` is None if the number is a staff member's; `name` is the number's owner."""

    reply: TextReply
    patient: Patient | None
    name: str


async def waiting(work: Work) -> list[ReplyRow]:
    found = await replies.waiting(work.db, work.actor)
    ids = {reply.patient_id for reply in found if reply.patient_id}
    patients = await inbox_rows.patients_of(work.db, work.actor, ids)
    rows = []
    for reply in found:
        patient = patients.get(reply.patient_id or "")
        member = await staff.find_staff(work.db, work.actor, reply.staff_id) if reply.staff_id else None
        rows.append(ReplyRow(reply, patient, patient.name if patient else member.name if member else ""))
    return rows
