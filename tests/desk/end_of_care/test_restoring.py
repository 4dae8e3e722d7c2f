"""Staff restore a visit that an end of care cancelled: asked as they are when they book (case 118)."""

import pytest

from server.appointments.models import Appointment
from server.db import Database
from server.reminders.models import Reminder
from server.reminders.states import PENDING
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.desk.end_of_care.test_flow import booked
from tests.stories import rows

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def taken_back(staff: Browser, cast: Cast) -> str:
    page = f"/staff/patients/{cast.rosa.id}/care"
    await staff.submit(page, {"why": "death"})
    await staff.submit(f"{page}/reverse", {"reason": "Another Rosa Delgado."})
    return f"{page}/restore"


async def statuses(database: Database) -> dict[str, str]:
    return {visit.id: visit.status for visit in await rows(database, Appointment)}


async def test_case_118_a_visit_is_restored_over_another_one_only_after_a_question(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    [visit] = await booked(database, cast, 2)
    maria = await signed_in(cast.maria)
    path = await taken_back(maria, cast)
    [other] = await booked(database, cast, 2)
    asked = await maria.submit(path, {"visit": visit})
    assert asked.status_code == 422
    assert "Wed, Nov 18, 9:00 AM overlaps another visit of this patient, Wed, Nov 18, 9:00 AM." in words(asked)
    assert "Nothing was saved yet." in words(asked)
    assert (f'value="{visit}"' in asked.text, 'name="anyway" value="yes"' in asked.text) == (True, True)
    assert await statuses(database) == {visit: "cancelled", other: "booked"}
    done = await maria.submit(path, {"visit": visit, "anyway": "yes"})
    assert (done.status_code, await statuses(database)) == (200, {visit: "booked", other: "booked"})


@ONE_DATABASE
async def test_case_118_closed_hours_are_asked_about_too(signed_in: Enter, cast: Cast, database: Database) -> None:
    [visit] = await booked(database, cast, 5)  # a Saturday
    maria = await signed_in(cast.maria)
    asked = await maria.submit(await taken_back(maria, cast), {"visit": visit})
    assert (asked.status_code, "The clinic is closed then" in words(asked)) == (422, True)


@ONE_DATABASE
async def test_case_90_restore_pressed_twice_is_no_error(signed_in: Enter, cast: Cast, database: Database) -> None:
    [visit] = await booked(database, cast, 2)
    maria = await signed_in(cast.maria)
    path = await taken_back(maria, cast)
    for _ in range(2):
        done = await maria.submit(path, {"visit": visit})
        assert (done.status_code, done.url.path) == (200, f"/staff/patients/{cast.rosa.id}")
    assert await statuses(database) == {visit: "booked"}


@ONE_DATABASE
async def test_case_116_a_visit_that_cannot_be_restored_is_refused_in_words_about_it(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    [visit] = await booked(database, cast, 2)
    maria = await signed_in(cast.maria)
    path = await taken_back(maria, cast)
    clock.move(days=2, minutes=1)
    maria = await signed_in(cast.maria)
    refused = await maria.submit(path, {"visit": visit})
    assert (refused.status_code, "This visit can't be restored now." in words(refused)) == (409, True)
    for other in ("nobody", ""):
        assert (await maria.submit(path, {"visit": other})).status_code == 409
    elsewhere = f"/staff/patients/{cast.walter.id}/care/restore"
    assert (await maria.submit(elsewhere, {"visit": visit})).status_code == 409


@ONE_DATABASE
@pytest.mark.parametrize("opens", [True, False])
async def test_case_117_whoever_has_seen_a_visit_cancelled_hears_that_it_is_restored(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, opens: bool
) -> None:
    [visit] = await booked(database, cast, 2)
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    clock.move(hours=1)
    path = await taken_back(maria, cast)
    clock.move(hours=1)
    if opens:
        await rosa.get("/")
        await rosa.post_json("/open", {"permission": "default"})
    clock.move(hours=1)
    await maria.submit(path, {"visit": visit})
    changes = [row.state for row in await rows(database, Reminder) if row.kind == "change" and row.state in PENDING]
    assert changes == (["scheduled"] if opens else [])


@ONE_DATABASE
async def test_case_117_a_visit_that_is_restored_shortly_before_it_begins_is_announced(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    [visit] = await booked(database, cast, 2)
    maria = await signed_in(cast.maria)
    path = await taken_back(maria, cast)
    clock.move(hours=47)
    maria = await signed_in(cast.maria)
    await maria.submit(path, {"visit": visit})
    waiting = [row.kind for row in await rows(database, Reminder) if row.state in PENDING]
    assert waiting == ["visit"]
