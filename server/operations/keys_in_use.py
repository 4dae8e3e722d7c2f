"""Which push keys are still needed, for the operator who wants to remove one."""

from server import migrations
from server.db import Database
from server.devices import health


async def phones_by_key(database: Database) -> dict[str, int] | None:
    """Number of active push subscriptions by VAPID key, the current key first; None if the schema is behind."""
    if await migrations.is_behind(database):
        return None
    async with database.reading() as db:
        return await health.by_vapid_key(db)
