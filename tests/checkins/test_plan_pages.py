"""Plans on the patient's page: staff add them, end them with a reason, and restore them (case 113)."""

import re

import pytest

from server.checkins import ended_plans
from server.checkins.models import CheckIn, Plan
from server.clock import to_wall
from server.db import Database
from server.reminders.models import Reminder
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter
from tests.stories import due_check_in, rows

# The functions below these pages are tested on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_staff_add_and_end_a_plan_on_the_patients_page(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    await maria.submit(f"{path}/plans", {"slug": "weekly-als", "rhythm": "weekly", "weekday": "2", "at": "18:30"})
    page = await maria.get(path)
    assert "Weekly check-in" in words(page)
    [check_in] = await rows(database, CheckIn)
    assert f"{to_wall(check_in.due_at, cast.rosa.zone):%a %H:%M}" == "Wed 18:30"
    found = re.search(rf"{path}/plans/(\w+)/end", page.text)
    assert found is not None
    await maria.submit(f"{path}/plans/{found[1]}/end", {"reason": "Moved away"})
    assert [c.state for c in await rows(database, CheckIn)] == ["cancelled"]
    for bad in ({"slug": "nothing", "rhythm": "weekly"}, {"slug": "weekly-als", "rhythm": "yearly"}):
        assert (await maria.submit(f"{path}/plans", bad)).status_code == 422


async def test_case_113_ending_a_plan_asks_for_a_reason_and_undo_reopens_its_check_in(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    end = f"{path}/plans/{check_in.plan_id}/end"
    assert f'href="{end}"' in (await maria.get(path)).text
    assert "End this check-in plan?" in words(await maria.get(end))
    refused = await maria.submit(end)
    assert (refused.status_code, "Please say why" in words(refused)) == (422, True)
    receipt = await maria.submit(end, {"reason": "In hospital until May"})
    assert "Ended by Maria Alvarez" in words(receipt)
    assert "1 plan that has ended" in words(receipt)
    assert words(receipt).count("In hospital until May") == 2
    [cancelled] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    assert cancelled.state == "cancelled"
    late = await maria.submit(end, {"reason": "Again"})
    assert (late.status_code, "You ended it:" in words(late), "Again" in words(late)) == (409, True, True)
    await maria.submit(f"{path}/plans/{check_in.plan_id}/resume")
    [open_again] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    assert open_again.state == "waiting"
    reminders = await rows(database, Reminder, Reminder.subject_id == check_in.id)
    assert "scheduled" in {reminder.state for reminder in reminders}
    days = [c.day for c in await rows(database, CheckIn, CheckIn.plan_id == check_in.plan_id)]
    assert len(days) == len(set(days))


async def test_a_plan_that_has_been_replaced_cannot_be_restored(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        ended = await due_check_in(db, cast.rosa)
        await ended_plans.end(work_by(db, cast.maria), await db.get_one(Plan, ended.plan_id), "Wrong hour")
        await due_check_in(db, cast.rosa)
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    assert f"{ended.plan_id}/resume" not in (await maria.get(path)).text
    await maria.submit(f"{path}/plans/{ended.plan_id}/resume")
    assert len([plan for plan in await rows(database, Plan) if plan.ended_at is None]) == 1
