"""The push services that were turned away, with the setting that would admit each, for the operator."""

from collections.abc import Sequence
from typing import TypedDict

from server.db import Database
from server.devices import refused_services
from server.settings import Settings


class Row(TypedDict):
    """`setting` is "" if no setting would admit the service."""

    service: str
    times: int
    last: str
    setting: str


async def rows(database: Database, settings: Settings) -> list[Row]:
    """The services that are still turned away, the most frequent first."""
    async with database.reading() as db:
        found = await refused_services.refused(db)
    return [
        Row(service=each.service, times=each.times, last=each.last_at.isoformat(), setting=setting)
        for each in found
        if (setting := refused_services.setting_for(each.service, settings.push_services, settings.is_loopback))
        is not None
    ]


def words(report: Sequence[Row]) -> str:
    lines = (
        f"{row['service']}: {row['times']} times, last at {row['last']}. "
        + (f"To admit it: {row['setting']}" if row["setting"] else "No setting admits it.")
        for row in report
    )
    return "\n".join(lines) or "no push service has been turned away"
