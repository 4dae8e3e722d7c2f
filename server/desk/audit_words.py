"""The audit trail of one patient in words: who opened or changed what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CompoundSelect, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Device
from server.actor import SOMEONE, Actor, ActorKind
from server.appointments.models import Appointment, EndOfCare
from server.audit import AuditEvent, AuditVerb, FormerVerb
from server.checkins.models import CheckIn, Plan
from server.flags.models import ExpectedLevel, Flag, FlagNote
from server.language import gettext as _
from server.language import mark
from server.people.models import Caregiver, Patient, PhoneCall, Staff
from server.people.texting.models import TextReply
from server.responses.models import Response

NEWEST = 50
WORDS: dict[AuditVerb | FormerVerb, str] = {
    "appointment.answered": mark("replied about a visit"),
    "appointment.booked": mark("booked a visit"),
    "appointment.handled": mark("handled a reply about a visit"),
    "appointment.moved": mark("moved a visit"),
    "appointment.proposed": mark("marked a visit as proposed"),
    "appointment.arrived": mark("marked a patient as arrived for a visit"),
    "appointment.fulfilled": mark("marked a visit as completed"),
    "appointment.noshow": mark("marked a visit as a no-show"),
    "appointment.cancelled": mark("cancelled a visit"),
    "call.logged": mark("logged a call"),
    "caregiver.added": mark("added a caregiver"),
    "caregiver.ended": mark("ended a caregiver's access"),
    "caregiver.may-approve": mark("chose who may add a new phone"),
    "check-in.answer-superseded": mark("sent an answer that a newer one had replaced"),
    "check-in.answered-late": mark("answered a check-in late"),
    "check-in.answers-copied": mark("reused last time's answers"),
    "check-in.cancelled": mark("cancelled a check-in"),
    "check-in.moved": mark("moved a check-in"),
    "check-in.resumed": mark("reopened a cancelled check-in"),
    "check-in.reopened": mark("reopened a check-in that a wrong clock had closed"),
    "check-in.refused": mark("sent answers too late to be accepted"),
    "device.ended": mark("signed a phone out"),
    "device.joined": mark("joined with a phone"),
    "device.not-asked": mark("stopped waiting for a phone that a wrong clock had asked"),
    "device.renamed": mark("named a phone"),
    "device.seen": mark("opened the app"),
    "expected-level.ended": mark("ended an expected level"),
    "expected-level.set": mark("set an expected level"),
    "appointment.contact-notified": mark("told someone on call that a patient can't come"),
    "appointment.nobody-on-call": mark("found no one on call for a patient who can't come"),
    "patient.name-in-messages": mark("chose which name messages show"),
    "flag.assigned": mark("assigned a flag"),
    "flag.corrected": mark("corrected an answer behind a flag"),
    "flag.closed": mark("closed a flag with an outcome"),
    "flag.nobody-on-call": mark("found no one on call for a flag"),
    "flag.brought-forward": mark("brought forward a flag that a wrong clock had delayed"),
    "flag.withdrawn": mark("removed a flag that a wrong clock had raised"),
    "flag.contact-notified": mark("told someone on call about a flag"),
    "flag.updated": mark("updated an open flag"),
    "flag.noted": mark("wrote a note"),
    "flag.taken": mark("took charge of a flag"),
    "flag.raised": mark("raised a flag with an answer"),
    "flag.reopened": mark("reopened a flag"),
    "flag.seen": mark("saw a flag"),
    "flag.urgency": mark("said how urgent it is"),
    "pairing.ended": mark("cancelled a pairing code"),
    "pairing.issued": mark("made a pairing code"),
    "pairing.approved": mark("approved a phone"),
    "passkey.ended": mark("removed a passkey"),
    "passkey.made": mark("set up a passkey"),
    "passkey.used": mark("signed in with a passkey"),
    "patient.changed": mark("changed name, contact details or time zone"),
    "patient.contact": mark("chose how to be contacted"),
    "patient.detailed-text": mark("chose how much notifications say"),
    "patient.exported": mark("exported the patient's data"),
    "patient.language": mark("chose a language"),
    "care.ended": mark("recorded a death or hospice care"),
    "care.end-reversed": mark("took back a death or hospice care"),
    "appointment.corrected": mark("corrected a visit"),
    "appointment.restored": mark("restored a cancelled visit"),
    "patient.emails": mark("stopped or started emails"),
    "patient.left": mark("left and withdrew consent"),
    "patient.opened": mark("opened the patient's page"),
    "patient.paused": mark("paused all messages"),
    "patient.quiet-hours": mark("set quiet hours"),
    "patient.registered": mark("registered the patient"),
    "patient.resumed": mark("ended a pause"),
    "patient.texts-resumed": mark("started text messages again by a reply"),
    "patient.texts-stopped": mark("stopped text messages by a reply"),
    "text-reply.handled": mark("marked a text as handled"),
    "text-reply.received": mark("sent a text"),
    "patient.text-consent": mark("turned text messages on or off"),
    "plan.added": mark("added a check-in plan"),
    "plan.ended": mark("ended a check-in plan"),
    "plan.resumed": mark("restarted a check-in plan"),
    "plan.timed": mark("chose the time of check-ins"),
    "response.by-phone": mark("entered answers by phone"),
    "response.corrected": mark("corrected answers entered by phone"),
    "response.completed": mark("completed a partial check-in"),
    "response.opened": mark("opened answers"),
    "response.received": mark("sent answers"),
    "response.undone": mark("withdrew answers"),
    "response.urgency": mark("said how urgent the answers are"),
    "session.prolonged": mark("stayed signed in by using a phone"),
}


@dataclass(frozen=True)
class Line:
    at: datetime
    who: str
    what: str
    id: str = ""


async def of_patient(db: AsyncSession, actor: Actor, patient: Patient) -> list[Line]:
    """The newest actions of people on this patient's data, without Interlude's own."""
    return await _lines(db, actor, patient, NEWEST)


async def all_of_patient(db: AsyncSession, actor: Actor, patient: Patient) -> list[Line]:
    return await _lines(db, actor, patient, None)


async def _lines(db: AsyncSession, actor: Actor, patient: Patient, limit: int | None) -> list[Line]:
    if patient.clinic_id != actor.clinic_id:
        return []
    about = AuditEvent.subject_id.in_(_subjects(patient.id))
    by_people = or_(AuditEvent.actor_kind != ActorKind.SYSTEM, AuditEvent.actor_id == SOMEONE)
    query = select(AuditEvent).where(about, by_people)
    events = list(await db.scalars(query.order_by(AuditEvent.at.desc(), AuditEvent.id).limit(limit)))
    names = await _names(db, actor, patient)
    return [
        Line(event.at, names.get(event.actor_id) or _unnamed(event), in_words(event.verb), event.id) for event in events
    ]


def _subjects(patient_id: str) -> CompoundSelect[tuple[str]]:
    """The ids of all rows that are about this patient."""
    acts = (Flag, Response, CheckIn, Appointment, Plan, PhoneCall, TextReply, ExpectedLevel, EndOfCare)
    caregivers = select(Caregiver.id).where(Caregiver.patient_id == patient_id)
    flags = select(Flag.id).where(Flag.patient_id == patient_id)
    return union_all(
        select(Patient.id).where(Patient.id == patient_id),
        *(select(table.id).where(table.patient_id == patient_id) for table in (*acts, Caregiver, Device)),
        select(Device.id).where(Device.caregiver_id.in_(caregivers)),
        select(FlagNote.id).where(FlagNote.flag_id.in_(flags)),
    )


async def _names(db: AsyncSession, actor: Actor, patient: Patient) -> dict[str, str]:
    staff = await db.scalars(select(Staff).where(Staff.clinic_id == actor.clinic_id))
    caregivers = await db.scalars(select(Caregiver).where(Caregiver.patient_id == patient.id))
    return {patient.id: patient.name} | {person.id: person.name for person in (*staff, *caregivers)}


def _unnamed(event: AuditEvent) -> str:
    """The words for an actor without a name: an unknown number, or one of several people who got a message."""
    return _("Someone with the helper's phone") if event.actor_kind == ActorKind.CAREGIVER else _("Someone")


def in_words(verb: AuditVerb | FormerVerb) -> str:
    """The action in words; an action that has no words yet is shown as recorded."""
    return _(WORDS[verb]) if verb in WORDS else verb
