"""Staff book, move and mark appointments, and patients answer, through the pages (cases 9, 13)."""

import pytest

from server.checkins.models import CheckIn
from server.clock import to_wall
from server.db import Database
from server.reminders.models import Reminder
from tests.appointments.scene import ONE_DATABASE, book, booked, only_visit, to_come
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import audited, rows


async def test_moving_a_visit_moves_everything_tied_to_it(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    plan = {"slug": "readiness", "rhythm": "before", "at": "10:00"}
    await maria.submit(f"/staff/patients/{cast.rosa.id}/plans", plan)
    visit = await booked(maria, cast, database)
    await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "coming"})
    page = await maria.submit(f"/staff/visits/{visit.id}/move", {"date": "2026-12-03", "time": "14:00"})
    assert "Thursday, December 3, 2:00 PM" in words(page)
    assert "None yet" in words(page)
    assert await to_come(database) == ["11-30 10:00", "12-02 10:00", "12-03 12:00"]
    [check_in] = await rows(database, CheckIn)
    assert to_wall(check_in.due_at, "America/New_York").isoformat() == "2026-12-02T10:00:00"
    assert "Thursday, December 3" in words(await rosa.get("/"))


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"date": "2027-03-14", "time": "02:30"}, "clocks skip"),
        ({"date": "", "time": ""}, "Please choose"),
        ({"date": "2026-11-01", "time": "10:00"}, "That time has passed"),
    ],
)
@ONE_DATABASE
async def test_case_9_a_visit_cannot_move_to_an_impossible_time(
    signed_in: Enter, cast: Cast, database: Database, form: dict[str, str], says: str
) -> None:
    maria = await signed_in(cast.maria)
    await book(maria, cast)
    visit, before = await only_visit(database), await to_come(database)
    refused = await maria.submit(f"/staff/visits/{visit.id}/move", form)
    assert refused.status_code == 422
    assert says in words(refused)
    assert ((await only_visit(database)).starts, await to_come(database)) == (visit.starts, before)


async def test_case_13_a_cancelled_visit_stops_its_reminders(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    visit = await booked(maria, cast, database)
    asked = await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": "cancelled"})
    assert "The patient hears of it at once, and you can't undo this. Nothing was saved yet." in words(asked)
    assert await to_come(database)
    await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": "cancelled", "anyway": "cancelled"})
    assert await to_come(database) == []
    assert "This visit is cancelled" in words(await rosa.get(f"/visits/{visit.id}"))
    assert (await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "coming"})).status_code == 409
    assert (await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": "booked"})).status_code == 422


async def test_a_patient_who_cannot_come_stays_on_the_list_until_handled(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    visit = await booked(maria, cast, database)
    page = await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "cant"})
    assert "The clinic will contact you" in words(page)
    assert await to_come(database) == []
    inbox = words(await maria.get("/staff"))
    assert "Rosa Delgado can't come: Tue, Dec 1, 10:00 AM" in inbox
    await maria.submit(f"/staff/visits/{visit.id}/handled")
    assert "can't come: " not in words(await maria.get("/staff"))
    assert {"appointment.answered", "appointment.handled"} <= set(await audited(database, visit.id))


@pytest.mark.parametrize("hours", [30, 1])
async def test_the_patients_latest_reply_counts_until_the_visit(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, hours: int
) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    visit = await booked(maria, cast, database)
    clock.now = visit.starts_at
    clock.move(hours=-hours)
    for reply in ("cant", "coming"):
        assert (await rosa.submit(f"/visits/{visit.id}/answer", {"reply": reply})).status_code == 200
    assert "The clinic knows you're coming" in words(await rosa.get("/"))
    assert (await only_visit(database)).reply == "coming"
    assert (await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "maybe"})).status_code == 422


@ONE_DATABASE
async def test_case_93_a_mark_that_was_a_mistake_leaves_the_reminders_and_check_ins_as_before(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria = await signed_in(cast.maria)
    plan = {"slug": "day-after", "rhythm": "after", "at": "10:00"}
    await maria.submit(f"/staff/patients/{cast.rosa.id}/plans", plan)
    visit = await booked(maria, cast, database)
    before = await to_come(database)
    for status in ("arrived", "booked"):
        await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": status, "anyway": status})
    assert (await to_come(database), (await only_visit(database)).status) == (before, "booked")
    for status in ("noshow", "fulfilled"):
        await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": status, "anyway": status})
    waiting = [row for row in await rows(database, CheckIn) if row.state == "waiting"]
    assert [to_wall(row.due_at, "America/New_York").isoformat() for row in waiting] == ["2026-12-02T10:00:00"]


@ONE_DATABASE
async def test_case_108_place_length_and_instructions_are_corrected_and_told(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    visit = await booked(maria, cast, database)
    await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "coming"})
    path = f"/staff/visits/{visit.id}/correct"
    bad = await maria.submit(path, {"place": "40 Oak Avenue", "minutes": "2", "instructions": "No breakfast."})
    assert bad.status_code == 422
    assert "40 Oak Avenue" in bad.text
    assert "No breakfast." in bad.text
    await maria.submit(path, {"place": "40 Oak Avenue", "minutes": "120", "instructions": "No breakfast."})
    visit = await only_visit(database)
    assert (visit.place, visit.minutes, visit.instructions) == ("40 Oak Avenue", 120, "No breakfast.")
    assert visit.reply == "coming"
    changes = [row for row in await rows(database, Reminder) if row.kind == "change"]
    assert [row.state for row in changes] == ["scheduled"]
    assert "40 Oak Avenue" in words(await rosa.get("/"))
    await maria.submit(path, {"place": "40 Oak Avenue", "minutes": "90", "instructions": "No breakfast."})
    assert (await only_visit(database)).changes == visit.changes + 1, "calendars keep the former length"
    assert len([row for row in await rows(database, Reminder) if row.kind == "change"]) == 1


@ONE_DATABASE
async def test_case_119_staff_record_a_reply_for_the_patient(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    visit = await booked(maria, cast, database)
    page = await maria.submit(f"/staff/visits/{visit.id}/reply", {"reply": "coming"})
    assert "Will be there" in words(page)
    visit = await only_visit(database)
    assert (visit.reply, visit.replied_by) == ("coming", "staff")
    assert (await maria.submit(f"/staff/visits/{visit.id}/reply", {"reply": "perhaps"})).status_code == 422


@ONE_DATABASE
async def test_case_107_staff_who_change_a_visit_in_a_pause_read_that_no_message_goes_out(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    visit = await booked(maria, cast, database)
    warning = "nobody gets a message about it, now or after the pause. Tell the patient yourself."
    assert warning not in words(await maria.get(f"/staff/visits/{visit.id}"))
    pause = {"why": "holiday", "end": "day", "day": "2026-11-30"}
    await maria.submit(f"/staff/patients/{cast.rosa.id}/pause", pause)
    page = words(await maria.get(f"/staff/visits/{visit.id}"))
    assert f"Paused · until: Monday, November 30. If you change this visit, {warning}" in page
    asked = words(await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": "cancelled"}))
    assert "No message goes out, because of the pause: tell the patient yourself." in asked
    assert "hears of it at once" not in asked
