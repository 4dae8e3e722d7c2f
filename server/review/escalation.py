"""Who is told of a flag that waits: the contacts on call, one after the other, until somebody takes it."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server.people.models import Clinic
from server.review import rules
from server.review.models import Flag
from server.review.rules import Hours


async def begins_at(db: AsyncSession, flag: Flag, now: datetime) -> datetime:
    """When the first contact is told of a flag that was raised now, got worse, or was given back."""
    clinic = await db.get_one(Clinic, flag.clinic_id)
    return rules.escalates_at(flag.severity, flag.due_at, now, wait_of(clinic), hours_of(clinic))


async def goes_on_at(db: AsyncSession, flag: Flag, now: datetime) -> datetime:
    """When the first contact is told of a flag that somebody has, if there is still no outcome then."""
    clinic = await db.get_one(Clinic, flag.clinic_id)
    return rules.after_taking(flag.severity, flag.due_at, now, hours_of(clinic))


def hours_of(clinic: Clinic) -> Hours:
    return Hours(clinic.zone, clinic.staffed_hours)


def wait_of(clinic: Clinic) -> timedelta:
    return timedelta(minutes=clinic.on_call_wait)
