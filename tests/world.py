"""For each patient, one row of every kind that an address may name. Nobody else may find those rows."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Passkey
from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.clock import to_wall
from server.db import new_id
from server.flags.models import Flag, TriggerVersion
from server.people import flow as people
from server.people.models import Patient, Staff
from server.people.texting.models import TextReply
from server.people.texting.rules import ReplyFrom
from tests.cast import NOW, work_by
from tests.routes import Route
from tests.stories import STEADY, answered, device_of, due_check_in


@dataclass(frozen=True)
class World:
    """The values for the parameters of an address."""

    patient_id: str
    appointment_id: str
    check_in_id: str
    plan_id: str
    response_id: str
    flag_id: str
    device_id: str
    staff_id: str
    caregiver_id: str
    link_id: str = "pain"
    slug: str = "weekly-als"
    item: str = "pain"
    trigger_id: str = "0" * 32
    passkey_id: str = "0" * 32
    reply_id: str = "0" * 32
    path: str = "app.css"
    token: str = "nobody-has-this-token"
    what: str = "changes"


NOTHING = World(*["0" * 32] * 9)


async def world_of(db: AsyncSession, patient: Patient, staff: Staff) -> World:
    """`staff` works at the patient's clinic."""
    starts = to_wall(NOW + timedelta(days=5), patient.zone)
    visit = await booking.book(work_by(db, staff), patient, NewAppointment(starts))
    check_in = await due_check_in(db, patient)
    taken = await answered(db, patient, check_in, STEADY | {"strength": "very-hard"})
    flag = (await db.scalars(select(Flag).where(Flag.patient_id == patient.id))).one()
    device = await device_of(db, patient)
    helper = await people.add_caregiver(work_by(db, staff), patient, "A helper", "friend")
    ids = (patient.id, visit.id, check_in.id, check_in.plan_id, taken.response.id, flag.id, device.id, staff.id)
    rule = await db.scalar(select(TriggerVersion.id).where(TriggerVersion.clinic_id == patient.clinic_id).limit(1))
    return World(
        *ids,
        helper.id,
        trigger_id=rule or "",
        passkey_id=await passkey_of(db, patient),
        reply_id=await _reply(db, patient),
    )


async def passkey_of(db: AsyncSession, patient: Patient) -> str:
    passkey = Passkey(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        device_id=(await device_of(db, patient)).id,
        name="iPhone",
        credential_hash=new_id(),
        public_key=b"",
        sign_count=0,
        made_at=NOW,
    )
    db.add(passkey)
    await db.flush()
    return passkey.id


async def _reply(db: AsyncSession, patient: Patient) -> str:
    reply = TextReply(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        author=ReplyFrom.PATIENT,
        text="Can I park there?",
        sent_at=NOW,
        received_at=NOW,
    )
    db.add(reply)
    await db.flush()
    return reply.id


def parameters(handler: Route) -> set[str]:
    return {part.partition(":")[0] for part in sorted(handler.paths)[0].split("{")[1:]} - {"path"}


def address(handler: Route, world: World) -> str:
    """The route's address with this world's ids filled in."""
    filled = [part.partition("}") for part in sorted(handler.paths)[0].split("{")]
    first, rest = filled[0][0], filled[1:]
    return first + "".join(str(getattr(world, name.partition(":")[0])) + tail for name, _, tail in rest)


def method(handler: Route) -> str:
    return next(name for name in ("POST", "DELETE", "GET") if name in handler.http_methods)
