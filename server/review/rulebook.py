"""The clinic's rules: those that come with Interlude, and how one is changed. Each is kept in all its versions."""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.review.models import TriggerRow

DEFAULTS = Path(__file__).parent / "triggers.json"


async def publish_triggers(db: AsyncSession, actor: Actor, now: datetime) -> None:
    """Give a new clinic the rules that come with Interlude."""
    for slug, defaults in json.loads(DEFAULTS.read_text()).items():
        for default in defaults:
            row = TriggerRow(clinic_id=actor.clinic_id, slug=slug, began_at=now, **default)
            db.add(row)
            audit.record(db, actor, "trigger.began", row, now)
    await db.flush()
