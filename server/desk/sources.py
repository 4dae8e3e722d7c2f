"""Sources of answers: the respondent, the device, or the staff member who entered them by phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Device
from server.actor import Actor
from server.people.models import Caregiver, Staff
from server.questionnaires.respondents import Respondent
from server.responses.models import ConflictingVersion, Response

Named = type[Device] | type[Caregiver] | type[Staff]


@dataclass(frozen=True)
class Source:
    """`device`, `caregiver` and `entered_by` are names; "" if there is none."""

    respondent: Respondent
    device: str = ""
    caregiver: str = ""
    entered_by: str = ""


async def of(db: AsyncSession, actor: Actor, responses: Sequence[Response]) -> dict[str, Source]:
    """Sources by response id. Signed-out devices and people who left are named too."""
    devices = await _names(db, actor, Device, {r.device_id for r in responses})
    caregivers = await _names(db, actor, Caregiver, {r.caregiver_id for r in responses})
    staff = await _names(db, actor, Staff, {r.entered_by for r in responses})
    return {
        r.id: Source(
            r.respondent,
            devices.get(r.device_id or "", ""),
            caregivers.get(r.caregiver_id or "", ""),
            staff.get(r.entered_by or "", ""),
        )
        for r in responses
    }


async def of_versions(db: AsyncSession, actor: Actor, versions: Sequence[ConflictingVersion]) -> dict[str, Source]:
    """The author of each version, by its id."""
    caregivers = await _names(db, actor, Caregiver, {version.caregiver_id for version in versions})
    return {
        version.id: Source(version.respondent, caregiver=caregivers.get(version.caregiver_id or "", ""))
        for version in versions
    }


async def _names(db: AsyncSession, actor: Actor, table: Named, ids: set[str | None]) -> dict[str, str]:
    found: Any = await db.scalars(select(table).where(table.id.in_(ids - {None}), table.clinic_id == actor.clinic_id))
    return {row.id: row.name for row in found}
