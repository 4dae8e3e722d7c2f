"""Which check-in an address means, for whoever asks."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins.models import CheckIn


async def find(db: AsyncSession, actor: Actor, check_in_id: str) -> CheckIn | None:
    found: CheckIn | None = await db.scalar(_theirs(actor, check_in_id))
    return found


async def hold(db: AsyncSession, actor: Actor, check_in_id: str) -> CheckIn | None:
    """Found and held until the transaction ends: who comes at the same moment waits, and sees what we did (case 41)."""
    held: CheckIn | None = await db.scalar(_theirs(actor, check_in_id).with_for_update(key_share=True))
    return held


def _theirs(actor: Actor, check_in_id: str) -> Select[CheckIn]:
    """A patient's or helper's own; for staff, their clinic's."""
    found = select(CheckIn).where(CheckIn.id == check_in_id, CheckIn.clinic_id == actor.clinic_id)
    return found if actor.kind == "staff" else found.where(CheckIn.patient_id == actor.patient_id)


async def open_now(db: AsyncSession, patient_id: str, now: datetime) -> list[CheckIn]:
    """What the patient can answer now, what closes first first."""
    return list(
        await db.scalars(
            select(CheckIn)
            .where(
                CheckIn.patient_id == patient_id,
                CheckIn.state == "waiting",
                CheckIn.due_at <= now,
                CheckIn.closes_at > now,
            )
            .order_by(CheckIn.closes_at)
        )
    )
