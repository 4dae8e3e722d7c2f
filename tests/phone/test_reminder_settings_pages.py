"""A person sets which reminders they get, when and how (case 36)."""

import pytest

from server.checkins.models import CheckIn
from server.clock import to_wall
from server.db import Database
from server.people.models import Patient
from server.people.texting.rules import Incoming
from server.reminders.models import Reminder
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.people.texting.scene import arrives, text, undeliverable
from tests.stories import audited, due_check_in, rows

# The functions below these pages are tested on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_check_ins_come_at_the_hour_that_the_patient_chose(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    rosa = await signed_in(cast.rosa)
    await rosa.submit("/settings/times", {"at": "19:00"})
    due = [row for row in await rows(database, CheckIn) if row.due_at > NOW]
    assert due
    assert {to_wall(row.due_at, cast.rosa.zone).strftime("%H:%M") for row in due} == {"19:00"}
    moments = {r.moment for r in await rows(database, Reminder, Reminder.kind == "check-in", Reminder.moment > NOW)}
    assert {row.due_at for row in due} <= moments
    assert [row.due_at for row in await rows(database, CheckIn, CheckIn.id == check_in.id)] == [NOW]
    assert (await rosa.submit("/settings/times", {"at": "03:00"})).status_code == 422


async def test_case_36_the_patient_chooses_detailed_text(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa = await signed_in(cast.rosa)
    assert "Reminders are private" in words(await rosa.get("/settings/reminders"))
    for detail, says, chosen in (("on", "show the day and place", True), ("off", "Reminders are private", False)):
        page = await rosa.submit("/settings/text", {"detail": detail})
        assert says in words(page)
        [stored] = await rows(database, Patient, Patient.id == cast.rosa.id)
        assert stored.detailed_text is chosen
    assert (await audited(database, cast.rosa.id)).count("patient.detailed-text") == 2


@pytest.mark.parametrize(
    ("block", "advice"),
    [(text("STOP"), "text START to the number"), (undeliverable(), "Please tell your clinic")],
    ids=["stopped", "undeliverable"],
)
async def test_case_128_the_patient_sees_that_texts_are_blocked_and_what_to_do(
    signed_in: Enter, cast: Cast, database: Database, block: Incoming, advice: str
) -> None:
    rosa = await signed_in(cast.rosa)
    await arrives(database, block)
    assert advice not in words(await rosa.get("/settings/reminders"))  # she has not agreed to texts
    await rosa.submit("/settings/texts", {"texts": "on"})
    assert advice in words(await rosa.get("/settings/reminders"))
