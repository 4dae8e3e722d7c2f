"""Staff accounts: add a staff member, make a one-time link, set password and authenticator app."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from server import audit, crypto
from server.access import rules as access_rules
from server.access.models import StaffLink
from server.access.staff import passwords
from server.access.staff.passwords import TooBusy
from server.access.staff.totp import matching_step
from server.actor import Actor, Role
from server.db import Database, Work, scope
from server.people.models import Staff
from server.people.rules import Refused
from server.typed import email_address


async def add_staff(work: Work, name: str, email: str, role: Role | None) -> Staff | Refused:
    """Add an account at the actor's clinic. The person may have one at another clinic (case 129)."""
    if not name:
        return Refused("name")
    if role is None:
        return Refused("role")
    if email_address.read(email) is None:
        return Refused("email")
    email_hash = crypto.keyed_hash(email_address.compared(email), "email")
    here = select(Staff.id).where(Staff.email_hash == email_hash, Staff.clinic_id == work.actor.clinic_id)
    if await work.db.scalar(here):
        return Refused("taken")
    staff = Staff(
        clinic_id=work.actor.clinic_id,
        name=name,
        email=email_address.compared(email),
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
