"""Harbor's urgent trigger for breathing, and the number of triggers in force."""

from server.db import Database
from server.flags.models import TriggerVersion
from tests.cast import Cast
from tests.stories import rows


async def breathing(database: Database, cast: Cast) -> TriggerVersion:
    """Harbor's urgent trigger in force for breathing."""
    found = await rows(
        database, TriggerVersion, TriggerVersion.item == "breathing", TriggerVersion.slug == "weekly-als"
    )
    return next(r for r in found if r.clinic_id == cast.harbor.id and r.severity == "urgent" and r.ended_at is None)


async def number_in_force(database: Database, cast: Cast) -> int:
    return len(
        [r for r in await rows(database, TriggerVersion) if r.clinic_id == cast.harbor.id and r.ended_at is None]
    )


REASON = "The new mask made this question useless."


async def in_force(database: Database, cast: Cast) -> bool:
    try:
        await breathing(database, cast)
    except StopIteration:
        return False
    except RuntimeError:  # a coroutine turns StopIteration into this
        return False
    return True
