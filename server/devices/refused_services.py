"""Push services that we refused, counted for the operator, who may admit them with INTERLUDE_PUSH_SERVICES."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.channels.push.endpoints import BadEndpoint, check_endpoint
from server.channels.push.host_list import BadHostList, HostList
from server.db import upsert
from server.devices.models import RefusedService

MOST = 100  # services; somebody who makes up hosts must not fill the table
OTHERS = "others"


async def count(db: AsyncSession, service: str, now: datetime) -> None:
    """Count one subscription that was refused. Beyond MOST services, new ones are counted together."""
    if not await _has_room_for(db, service):
        service = OTHERS
    row = {"service": service, "times": 1, "first_at": now, "last_at": now}
    again = {"times": RefusedService.times + 1, "last_at": now}
    await db.execute(upsert(db, RefusedService, row, ["service"], again))


async def _has_room_for(db: AsyncSession, service: str) -> bool:
    counted = await db.scalar(select(RefusedService.id).where(RefusedService.service == service))
    return counted is not None or (await db.scalar(select(func.count(RefusedService.id))) or 0) < MOST


def setting_for(service: str, push_services: str, base_url_is_loopback: bool) -> str | None:
    """The setting that would admit this service; "" if no setting would, None if the service is admitted by now."""
    wanted = ",".join(filter(None, (push_services, service)))
    path = f"https://{service}/x"
    if _is_admitted(path, push_services, base_url_is_loopback):
        return None
    return f"INTERLUDE_PUSH_SERVICES={wanted}" if _is_admitted(path, wanted, base_url_is_loopback) else ""


def _is_admitted(url: str, push_services: str, base_url_is_loopback: bool) -> bool:
    try:
        check_endpoint(url, HostList.parse(push_services, base_url_is_loopback=base_url_is_loopback))
    except (BadEndpoint, BadHostList):
        return False
    return True


async def refused(db: AsyncSession) -> list[RefusedService]:
    """The services that we refused, the most frequent first."""
    found = await db.scalars(select(RefusedService).order_by(RefusedService.times.desc(), RefusedService.service))
    return list(found)
