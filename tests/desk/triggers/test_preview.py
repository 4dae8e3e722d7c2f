"""Which flags a trigger would have raised on past answers, shown before it is saved."""

from server.db import Database
from server.desk.triggers import preview
from server.flags.models import TriggerVersion
from server.flags.rules import Condition, Severity
from server.flags.triggers.versions import Rule
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.desk.triggers.scene import PAIN
from tests.flags.scene import answers, flags
from tests.stories import rows


async def test_a_trigger_is_previewed_on_past_answers_before_it_is_saved(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    for week, (rosas, walters) in enumerate(((5, 0), (5, 0), (6, 5))):
        await answers(database, cast.rosa, {"pain": rosas}, weeks=week)
        await answers(database, cast.walter, {"pain": walters}, weeks=week)
        await answers(database, cast.helen, {"pain": 6}, weeks=week)
    before = len(await rows(database, TriggerVersion))
    clock.move(days=15)
    ken = await signed_in(cast.ken)
    seen = words(await ken.submit("/staff/triggers", PAIN | {"step": "preview"}))
    assert "It would have raised 3 flags in the last 30 days. Of 2 patients." in seen
    assert "All rules for this item together: 1 now, 3 with this change." in seen
    assert len(await rows(database, TriggerVersion)) == before
    kept = await ken.submit("/staff/triggers", PAIN | {"step": "save", "message": "Ask about sleep."})
    assert "Pain 5 or more of 10 Ask about sleep. this week" in words(kept)
    await answers(database, cast.rosa, {"pain": 6}, weeks=3)
    assert [f.severity for f in await flags(database, "pain") if f.patient_id == cast.rosa.id] == ["this-week"]


async def test_a_trigger_on_answers_that_nobody_gave_would_have_raised_nothing(database: Database, cast: Cast) -> None:
    rule = Rule("weekly-als", "fall", Condition.REPEATED, 1, 3, Severity.TODAY)
    async with database.reading() as db:
        found = await preview.preview(work_by(db, cast.ken), rule, "")
    assert (found.alone, found.patients, found.before, found.after) == (0, 0, 0, 0)
