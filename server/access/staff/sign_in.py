"""Sign staff members in, by a one-time link or by password and code."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access.guess_limits import count_guess, forget_guesses, forgive_guess
from server.access.models import Device, DeviceSession, StaffLink
from server.access.sessions import begin_session
from server.access.staff import passwords
from server.access.staff.passwords import TooBusy
from server.access.staff.totp import matching_step
from server.actor import Actor, ActorKind
from server.db import Database, Work, scope
from server.people.models import Staff
from server.people.rules import Refused
from server.typed import email_address


@dataclass(frozen=True)
class Entered:
    token: str
    session: DeviceSession
    staff: Staff


async def enter_by_link(db: AsyncSession, token: str, device_name: str, now: datetime) -> Entered | Refused:
    taken = await db.scalar(
        update(StaffLink)
        .where(
            StaffLink.token_hash == crypto.token_hash(token),
            StaffLink.used_at.is_(None),
            StaffLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(StaffLink.staff_id)
    )
    if taken is None:
        return Refused("link")
    staff = await db.get_one(Staff, taken)
    return await _enter(db, staff, device_name, "link", now)


@dataclass(frozen=True)
class Credentials:
    """The form values that a staff member signs in with."""

    email: str
    password: str
    code: str


async def sign_in(
    database: Database, typed: Credentials, device_name: str, source: str, now: datetime
) -> Entered | Refused:
    """Check password and TOTP together; "wrong" does not say which. Guesses count per account and per source.

    Two transactions, with the password checked in between: see passwords.py.
    """
    email = email_address.compared(typed.email)
    guesser = f"staff:{email}:{source}"
    async with database.writing() as db:
        if await count_guess(db, guesser, now) < 0 or await count_guess(db, f"staff:{source}", now, 100) < 0:
            return Refused("too-many")
        accounts = await _by_email(db, email)
    try:
        matching = await _with_this_password(accounts, typed.password)
    except TooBusy:
        async with database.writing() as db:
            await forgive_guess(db, guesser, now)  # we did not check the password
        return Refused("busy")
    async with database.writing() as db:  # after a wrong password too: the time taken must not reveal it
        staff = await _first_with_code(db, matching, typed.code, now)
        if staff is None:
            return Refused("wrong")
        await forget_guesses(db, guesser, now)
        return await _enter(db, staff, device_name, "password", now)


async def _by_email(db: AsyncSession, email: str) -> list[Staff]:
    """The accounts of this person: one for each clinic where they still work (case 129)."""
    email_hash = crypto.keyed_hash(email, "email")
    found = select(Staff).where(Staff.email_hash == email_hash, Staff.ended_at.is_(None)).order_by(Staff.id)
    return list(await db.scalars(found))


async def _with_this_password(accounts: list[Staff], password: str) -> list[Staff]:
    if not accounts:
        await passwords.matches(None, password)  # take as long as with an account
    return [staff for staff in accounts if await passwords.matches(staff.password_hash, password)]


async def _first_with_code(db: AsyncSession, matching: list[Staff], code: str, now: datetime) -> Staff | None:
    """The account that this code is for: each has its own authenticator secret, so the code identifies the clinic.

    An account that ended or got a new password meanwhile does not count.
    """
    for checked in matching:
        staff = await db.get(Staff, checked.id, with_for_update=True, populate_existing=True)
        if staff is None or staff.ended_at or staff.password_hash != checked.password_hash:
            continue
        if await _take_code(db, staff, code, now):
            return staff
    return None


async def _take_code(db: AsyncSession, staff: Staff, code: str, now: datetime) -> bool:
    """Whether `code` is right and newer than the last one used: a code works once (RFC 6238 §5.2)."""
    if not staff.totp:
        return False
    step = matching_step(staff.totp, code, now)
    if step is None:
        return False
    took = await db.scalar(
        update(Staff).where(Staff.id == staff.id, Staff.totp_step < step).values(totp_step=step).returning(Staff.id)
    )
    return took is not None


async def _enter(db: AsyncSession, staff: Staff, device_name: str, how: str, now: datetime) -> Entered:
    scope(db, staff.clinic_id)
    device = Device(clinic_id=staff.clinic_id, staff_id=staff.id, name=device_name, joined_at=now, seen_at=now)
    db.add(device)
    await db.flush()
    audit.record(Work(db, Actor(ActorKind.STAFF, staff.id, staff.clinic_id), now), "staff.signed-in", device, how=how)
    token, session = await begin_session(db, device, now)
    return Entered(token, session, staff)
