"""Staff accounts: invite, sign in by a one-time link, set and check password and TOTP."""

from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto
from server.access import rules as access_rules
from server.access.guess_limits import count_guess, forget_guesses, forgive_guess
from server.access.models import Device, DeviceSession, StaffLink
from server.access.sessions import begin_session
from server.access.staff import passwords
from server.access.staff.passwords import TooBusy
from server.actor import Actor, ActorKind, Role
from server.db import Database, Work, scope
from server.people import rules
from server.people.models import Staff
from server.people.rules import Refused


@dataclass(frozen=True)
class Entered:
    token: str
    session: DeviceSession
    staff: Staff


async def add_staff(work: Work, name: str, email: str, role: Role | None) -> Staff | Refused:
    if role is None:
        return Refused("role")
    if not rules.is_email(email):
        return Refused("email")
    email_hash = crypto.keyed_hash(rules.normal_email(email), "email")
    if await work.db.scalar(select(Staff.id).where(Staff.email_hash == email_hash)):
        return Refused("taken")
    staff = Staff(
        clinic_id=work.actor.clinic_id,
        name=name,
        email=rules.normal_email(email),
        email_hash=email_hash,
        role=role,
    )
    work.db.add(staff)
    await work.db.flush()
    audit.record(work, "staff.added", staff, role=role)
    return staff


async def make_link(work: Work, staff: Staff) -> str:
    """Make a one-time sign-in token for this staff member. An earlier unused link expires."""
    await work.db.execute(
        update(StaffLink).where(StaffLink.staff_id == staff.id, StaffLink.used_at.is_(None)).values(expires_at=work.now)
    )
    token = crypto.new_token()
    link = StaffLink(
        clinic_id=staff.clinic_id,
        staff_id=staff.id,
        token_hash=crypto.token_hash(token),
        expires_at=work.now + access_rules.STAFF_LINK_LIFE,
    )
    work.db.add(link)
    await work.db.flush()
    audit.record(work, "staff.link-made", link)
    return token


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
    email = rules.normal_email(typed.email)
    guesser = f"staff:{email}:{source}"
    async with database.writing() as db:
        if await count_guess(db, guesser, now) < 0 or await count_guess(db, f"staff:{source}", now, 100) < 0:
            return Refused("too-many")
        staff = await _by_email(db, email)
    try:
        matches = await passwords.matches(staff.password_hash if staff else None, typed.password)
    except TooBusy:
        async with database.writing() as db:
            await forgive_guess(db, guesser, now)  # it was not looked at
        return Refused("busy")
    async with database.writing() as db:  # for a wrong password too: the time taken must not tell
        checked = staff if matches else None
        return await _enter_by_code(db, checked, typed.code, guesser, device_name, now)


async def _by_email(db: AsyncSession, email: str) -> Staff | None:
    """The staff member who still works here."""
    email_hash = crypto.keyed_hash(email, "email")
    return await db.scalar(select(Staff).where(Staff.email_hash == email_hash, Staff.ended_at.is_(None)))


async def _enter_by_code(
    db: AsyncSession, checked: Staff | None, code: str, guesser: str, device_name: str, now: datetime
) -> Entered | Refused:
    """Sign in whoever has just typed the right password, unless the account ended or got a new password meanwhile."""
    staff = await db.get(Staff, checked.id, with_for_update=True) if checked else None
    if staff is None or checked is None or staff.ended_at or staff.password_hash != checked.password_hash:
        return Refused("wrong")
    if not await _take_code(db, staff, code, now):
        return Refused("wrong")
    await forget_guesses(db, guesser, now)
    return await _enter(db, staff, device_name, "password", now)


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


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The 30 s step that `code` belongs to, with one step of drift either way; None if it matches none."""
    totp = pyotp.TOTP(secret)
    here = int(now.timestamp()) // totp.interval
    steps = (step for step in (here, here - 1, here + 1))
    return next((step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), code.strip())), None)


async def _enter(db: AsyncSession, staff: Staff, device_name: str, how: str, now: datetime) -> Entered:
    scope(db, staff.clinic_id)
    device = Device(clinic_id=staff.clinic_id, staff_id=staff.id, name=device_name, joined_at=now, seen_at=now)
    db.add(device)
    await db.flush()
    audit.record(Work(db, Actor(ActorKind.STAFF, staff.id, staff.clinic_id), now), "staff.signed-in", device, how=how)
    token, session = await begin_session(db, device, now)
    return Entered(token, session, staff)


@dataclass(frozen=True)
class NewCredentials:
    """`code` proves that the authenticator app has the TOTP secret."""

    password: str
    totp_secret: str
    code: str


async def set_credentials(database: Database, actor: Actor, new: NewCredentials, now: datetime) -> Refused | None:
    """Store a new password and TOTP secret. The password is hashed before the transaction begins."""
    if fault := access_rules.password_fault(new.password):
        return Refused(fault)
    step = matching_step(new.totp_secret, new.code, now) if access_rules.is_totp_secret(new.totp_secret) else None
    if step is None:
        return Refused("code")
    try:
        password_hash = await passwords.hashed(new.password)
    except TooBusy:
        return Refused("busy")
    async with database.writing() as db:
        scope(db, actor.clinic_id)
        staff = await db.get_one(Staff, actor.id, with_for_update=True)
        if staff.ended_at is not None:
            return Refused("ended")
        staff.password_hash, staff.totp, staff.totp_step = password_hash, new.totp_secret, step
        audit.record(Work(db, actor, now), "staff.credentials-set", staff)
    return None


def new_totp_secret() -> str:
    return pyotp.random_base32()


def totp_uri(secret: str, email: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Interlude")
