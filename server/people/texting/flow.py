"""Take what the text provider sends: STOP and START, numbers that cannot get texts, replies (case 128)."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.actor import system
from server.audit import AuditVerb
from server.db import Work, upsert
from server.people.models import Patient
from server.people.texting import numbers, replies
from server.people.texting.models import TakenMessage
from server.people.texting.rules import Incoming, IncomingKind, NumberEvent, NumberState, ordered_state

KEPT = timedelta(days=30)  # how long a message's id is known, in case the provider sends the message again
OF_PATIENT: dict[NumberState, AuditVerb] = {
    NumberState.STOPPED: "patient.texts-stopped",
    NumberState.OPEN: "patient.texts-resumed",
    NumberState.UNDELIVERABLE: "patient.texts-undeliverable",
}
OF_STAFF: dict[NumberState, AuditVerb] = {
    NumberState.STOPPED: "staff.texts-stopped",
    NumberState.OPEN: "staff.texts-resumed",
    NumberState.UNDELIVERABLE: "staff.texts-undeliverable",
}


async def is_new(db: AsyncSession, incoming: Incoming, now: datetime) -> bool:
    """Note the message's id. False if the message was taken before."""
    row = {"message_hash": crypto.token_hash(f"{incoming.kind}:{incoming.id}"), "received_at": now}
    made = upsert(db, TakenMessage, row, ["message_hash"], None).returning(TakenMessage.id)
    return await db.scalar(made) is not None


async def take(db: AsyncSession, incoming: Incoming, now: datetime) -> NumberState | None:
    """Store what a new message says. Returns the state that the number has changed to, if this was its last event.

    A time in the future counts as now: otherwise no later message could change the number's state.
    """
    number = numbers.number_hash(incoming.tel)
    owners, at = await numbers.owners_of(db, number), min(incoming.at, now)
    if incoming.is_for_staff:
        replies.keep(db, owners, replace(incoming, at=at), now)
    state = NumberState.UNDELIVERABLE if incoming.kind == IncomingKind.UNDELIVERABLE else ordered_state(incoming.text)
    if state is None or not await numbers.settle(db, number, NumberEvent(state, at)):
        return None
    for person in owners.everybody:
        by_nobody = state == NumberState.UNDELIVERABLE  # a failed delivery is nobody's act
        who = system(person.clinic_id, "text") if by_nobody else replies.author(owners, person, incoming.tel)
        verb = (OF_PATIENT if isinstance(person, Patient) else OF_STAFF)[state]
        audit.record(Work(db, who, now), verb, person)
    return state


async def forget(db: AsyncSession, now: datetime) -> None:
    """Delete the ids of messages that the provider no longer repeats."""
    await db.execute(delete(TakenMessage).where(TakenMessage.received_at < now - KEPT))
