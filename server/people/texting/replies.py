"""Texts that staff have to read: store them, list them, mark them as handled (case 128)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, ActorKind, someone
from server.db import Work
from server.people.models import Patient, Staff
from server.people.texting import numbers
from server.people.texting.models import TextReply
from server.people.texting.numbers import Owners
from server.people.texting.rules import Incoming, ReplyFrom

KINDS = {
    ReplyFrom.PATIENT: ActorKind.PATIENT,
    ReplyFrom.CAREGIVER: ActorKind.CAREGIVER,
    ReplyFrom.STAFF: ActorKind.STAFF,
}


def keep(db: AsyncSession, owners: Owners, incoming: Incoming, now: datetime) -> None:
    """Store the text under each person whose number it came from: nobody can tell which of them wrote it."""
    for person in owners.everybody:
        reply = TextReply(
            clinic_id=person.clinic_id,
            patient_id=person.id if isinstance(person, Patient) else None,
            staff_id=person.id if isinstance(person, Staff) else None,
            author=_author(person, numbers.number_hash(incoming.tel)),
            text=incoming.text,
            sent_at=incoming.at,
            received_at=now,
        )
        db.add(reply)
        audit.record(Work(db, author(owners, person, incoming.tel), now), "text-reply.received", reply)


def author(owners: Owners, person: Patient | Staff, tel: str) -> Actor:
    """The actor of a text about this person. A number says only whose phone sent the text, not who held the phone."""
    found = owners.author_of(person, numbers.number_hash(tel))
    return Actor(KINDS[found], "text", person.clinic_id) if found else someone(person.clinic_id)


def _author(person: Patient | Staff, number: str) -> ReplyFrom:
    if isinstance(person, Staff):
        return ReplyFrom.STAFF
    return ReplyFrom.PATIENT if person.phone_tel_hash == number else ReplyFrom.CAREGIVER


async def waiting(db: AsyncSession, actor: Actor) -> list[TextReply]:
    """The clinic's texts that nobody has handled yet, oldest first."""
    query = select(TextReply).where(TextReply.clinic_id == actor.clinic_id, TextReply.handled_at.is_(None))
    return list(await db.scalars(query.order_by(TextReply.sent_at, TextReply.id)))


async def of_patient(db: AsyncSession, patient_id: str, limit: int | None = 20) -> list[TextReply]:
    """The texts from a patient's or the caregiver's number, newest first; always all that nobody has handled.

    `limit` None: all.
    """
    query = select(TextReply).where(TextReply.patient_id == patient_id)
    found = list(await db.scalars(query.order_by(TextReply.sent_at.desc(), TextReply.id)))
    return [reply for place, reply in enumerate(found) if limit is None or place < limit or reply.handled_at is None]


async def find(db: AsyncSession, actor: Actor, reply_id: str) -> TextReply | None:
    return await db.scalar(
        select(TextReply).where(TextReply.id == reply_id, TextReply.clinic_id == actor.clinic_id).with_for_update()
    )


async def handle(work: Work, reply: TextReply) -> None:
    """Take the text off the list. The first staff member who does so is remembered."""
    if reply.handled_at is not None:
        return
    reply.handled_at, reply.handled_by = work.now, work.actor.id
    audit.record(work, "text-reply.handled", reply)
