"""People who share one phone: join beside somebody, switch between patients, sign out for one of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import device_replacement, sessions
from server.access.joining.flow import Joined
from server.access.models import Device, DeviceSession, Subscription
from server.access.rules import SessionEnd
from server.access.shared_phone import rules
from server.access.shared_phone.rules import Tokens
from server.actor import Actor, Visitor
from server.db import Work, unscoped
from server.people.models import Caregiver, Patient


@dataclass(frozen=True)
class Seat:
    """One session of a browser, with its device."""

    token: str
    device: Device


async def seats(db: AsyncSession, tokens: Sequence[str]) -> list[Seat]:
    """The sessions of these tokens, even ended ones; unknown tokens are left out."""
    found = []
    with unscoped(db):  # one phone may be a caregiver's for patients of several clinics
        for token in tokens:
            of_token = DeviceSession.token_hash == crypto.token_hash(token)
            device = await db.scalar(
                select(Device).join(DeviceSession, DeviceSession.device_id == Device.id).where(of_token)
            )
            if device is not None and device.staff_id is None:
                found.append(Seat(token, device))
    return found


def who_stay(here: Visitor, joined: Joined, keep: str) -> Sequence[Actor]:
    """The people signed in here, if the newcomer chose "all" or is one of them and joined again; else nobody."""
    person_id = joined.device.caregiver_id or joined.device.patient_id or ""
    return here.people if keep == "all" or here.is_here(person_id) else ()


async def settle_in(db: AsyncSession, joined: Joined, before: Tokens, keeps: Sequence[Actor], now: datetime) -> Tokens:
    """Keep or end the sessions `before` of a browser in which somebody has joined. Returns its tokens from now on.

    `keeps`: people signed in there who should stay. If the newcomer is one of them, the new device replaces
    theirs. If the newcomer may not join beside them, nobody stays.
    """
    newcomer = await _actor_on(db, joined.device)
    others = [each for each in keeps if each.id != newcomer.id]
    staying = {each.device_id for each in others} if rules.may_keep(newcomer, others) else set()
    tokens = []
    for seat in await seats(db, before.every):
        if seat.device.id in staying:
            tokens.append(seat.token)
        else:
            await device_replacement.replace_device(db, seat.device, joined.device, now)
    await _share_endpoint(db, joined.device, staying, now)
    return Tokens(joined.token, tuple(tokens))


async def _actor_on(db: AsyncSession, device: Device) -> Actor:
    person = await device_replacement.person_of(db, device)
    patient_id = person.patient_id if isinstance(person, Caregiver) else person.id
    return replace(sessions.owner(device), patient_id=patient_id, device_id=device.id)


async def _share_endpoint(db: AsyncSession, device: Device, staying: set[str], now: datetime) -> None:
    """Share the push endpoint, so that reminders are on at once for a second patient on this phone."""
    with unscoped(db):
        on = Subscription.ended_at.is_(None)
        if await db.scalar(select(Subscription.id).where(Subscription.device_id == device.id, on)):
            return
        found = await db.scalar(select(Subscription).where(Subscription.device_id.in_(staying), on).limit(1))
    if found is not None:
        copy = Subscription(
            clinic_id=device.clinic_id,
            device_id=device.id,
            endpoint=found.endpoint,
            endpoint_hash=found.endpoint_hash,
            p256dh=found.p256dh,
            auth=found.auth,
            vapid_key=found.vapid_key,
            started_at=now,
        )
        db.add(copy)
        await db.flush()
        audit.record(Work(db, sessions.owner(device), now), "subscription.started", copy)


async def switch(db: AsyncSession, tokens: Tokens, device_id: str) -> Tokens | None:
    """The tokens with this device's session active; None if the browser has no such session."""
    for seat in await seats(db, tokens.every):
        if seat.device.id == device_id:
            return tokens.switched_to(seat.token)
    return None


@dataclass(frozen=True)
class EndedHere:
    """A session that ended while another one was active on the same phone; `patient` is the patient's name."""

    device_id: str
    patient: str
    why: SessionEnd


async def ended_here(db: AsyncSession, tokens: Tokens, now: datetime) -> list[EndedHere]:
    """Ended sessions beside the active one, until somebody has read that they ended."""
    found = []
    for seat in await seats(db, tokens.others):
        ended = await sessions.ended_session(db, seat.token, now)
        if ended is not None:
            with unscoped(db):
                actor = await _actor_on(db, seat.device)
                patient = await db.get_one(Patient, actor.patient_id)
            found.append(EndedHere(seat.device.id, patient.name, ended.why))
    return found


async def forget_ended(db: AsyncSession, tokens: Tokens, now: datetime) -> Tokens:
    """Drop ended sessions once the person has read that they ended.

    A device whose session has expired ends now: nobody could open the pages that its reminders link to.
    """
    why = {each.device_id: each.why for each in await ended_here(db, tokens, now)}
    gone = [seat for seat in await seats(db, tokens.others) if seat.device.id in why]
    with unscoped(db):
        for seat in gone:
            if why[seat.device.id] == SessionEnd.EXPIRED:
                work = Work(db, sessions.owner(seat.device), now)
                await sessions.end_device(work, seat.device, SessionEnd.EXPIRED)
    return tokens.without([seat.token for seat in gone])
