"""Booking, moving, marking and answering through the pages (cases 9, 13)."""

import json

import pytest
from httpx import Response

from server.appointments.models import Appointment, Series
from server.checkins.models import CheckIn
from server.clock import to_wall
from server.db import Database
from server.delivery.sender import Sender
from server.reminders.models import Reminder
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.push_double import PushDouble
from tests.stories import audited, rows, subscribed

FORM = {"date": "2026-12-01", "time": "10:00", "count": "1", "minutes": "90", "place": "Room 2", "instructions": ""}
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def book(maria: Browser, cast: Cast, **changed: object) -> Response:
    return await maria.submit("/staff/visits", FORM | {"patient": cast.rosa.id} | changed)


async def only_visit(database: Database) -> Appointment:
    [visit] = await rows(database, Appointment)
    return visit


async def to_come(database: Database) -> list[str]:
    """The reminders of visits that are still to be sent, by the clinic's clock."""
    found = await rows(database, Reminder, Reminder.state == "scheduled", Reminder.kind == "visit")
    return sorted(f"{to_wall(reminder.moment, 'America/New_York'):%m-%d %H:%M}" for reminder in found)


async def test_one_visit_is_booked(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    page = await book(maria, cast, instructions="Nothing to eat after six.")
    assert page.url.path == f"/staff/patients/{cast.rosa.id}"
    visit = await only_visit(database)
    assert (visit.minutes, visit.place, visit.instructions) == (90, "Room 2", "Nothing to eat after six.")
    assert await to_come(database) == ["11-28 10:00", "11-30 10:00", "12-01 08:00"]
    assert "Rosa Delgado" in words(await maria.get("/staff/schedule?start=2026-12-01"))


async def test_a_series_of_six_in_one_form(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    await book(maria, cast, count="6", weekday=["0", "2", "4"])
    visits = sorted(await rows(database, Appointment), key=lambda visit: visit.starts)
    assert [f"{visit.starts:%a %m-%d %H:%M}" for visit in visits] == [
        "Wed 12-02 10:00",
        "Fri 12-04 10:00",
        "Mon 12-07 10:00",
        "Wed 12-09 10:00",
        "Fri 12-11 10:00",
        "Mon 12-14 10:00",
    ]
    assert len(await rows(database, Series)) == 1
    assert len(await to_come(database)) == 18


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"date": "2027-03-14", "time": "02:30"}, "clocks skip 2:30 AM, as daylight saving time begins"),
        ({"date": "2027-03-07", "time": "02:30", "count": "3", "weekday": ["6"]}, "clocks skip 2:30 AM"),
        ({"date": "2026-11-16", "time": "08:00"}, "That time has passed"),
        ({"count": "41"}, "1 to 40 visits"),
        ({"count": "-1"}, "1 to 40 visits"),
        ({"date": ""}, "choose a patient, a date and a time"),
        ({"date": "1 December"}, "choose a patient, a date and a time"),
        ({"time": "25:00"}, "choose a patient, a date and a time"),
        ({"patient": "nobody"}, "choose a patient, a date and a time"),
    ],
    ids=str,
)
@ONE_DATABASE
async def test_case_9_what_cannot_be_booked_is_said_and_what_was_typed_is_kept(
    signed_in: Enter, cast: Cast, database: Database, changed: dict[str, object], says: str
) -> None:
    maria = await signed_in(cast.maria)
    refused = await book(maria, cast, **({"instructions": "Come early."} | changed))
    assert refused.status_code == 422
    assert says in words(refused)
    assert "Nothing was booked" in words(refused)
    assert 'value="Room 2"' in refused.text
    assert "Come early." in refused.text
    assert changed.get("patient") or f'value="{cast.rosa.id}" selected' in refused.text
    assert (await rows(database, Appointment), await rows(database, Series)) == ([], [])
    assert (await rows(database, Reminder), await rows(database, CheckIn)) == ([], [])


@ONE_DATABASE
async def test_the_days_that_were_ticked_are_kept_too(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    refused = await book(maria, cast, count="41", weekday=["0", "2"])
    assert 'value="0" checked' in refused.text
    assert 'value="2" checked' in refused.text
    assert 'value="1" checked' not in refused.text


NO_VISITS: list[dict[str, object]] = [
    {"place": "x" * 500},
    {"minutes": "-50"},
    {"minutes": "--3"},
    {"minutes": "999999999"},
    {"date": "9999-12-31", "time": "23:00"},
    {"date": "9999-12-01", "count": "40"},
    {"date": "0001-01-01"},
]


async def test_what_no_visit_is_like_is_not_booked_as_it_is(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    answers = {str(changed)[:40]: (await book(maria, cast, **changed)).status_code for changed in NO_VISITS}
    assert set(answers.values()) <= {200, 422}, answers
    for visit in await rows(database, Appointment):
        assert 5 <= visit.minutes <= 24 * 60
        assert len(visit.place) <= 200


async def test_a_walk_in_is_booked_though_no_reminder_is_left(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    assert (await book(maria, cast, date="2026-11-16", time="10:00")).status_code == 200
    assert (await to_come(database), (await only_visit(database)).status) == ([], "booked")


async def test_a_visit_is_moved_with_all_that_hangs_on_it(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    plan = {"slug": "readiness", "rhythm": "before", "at": "10:00"}
    await maria.submit(f"/staff/patients/{cast.rosa.id}/plans", plan)
    await book(maria, cast)
    visit = await only_visit(database)
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
async def test_case_9_a_visit_is_not_moved_to_where_it_cannot_be(
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
    await book(maria, cast)
    visit = await only_visit(database)
    await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": "cancelled"})
    assert await to_come(database) == []
    assert "This visit is cancelled" in words(await rosa.get(f"/visits/{visit.id}"))
    assert (await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "coming"})).status_code == 409
    assert (await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": "booked"})).status_code == 422


async def test_who_cannot_come_is_on_the_worklist_until_handled(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    await book(maria, cast)
    visit = await only_visit(database)
    page = await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "cant"})
    assert "The clinic will contact you" in words(page)
    assert await to_come(database) == []
    inbox = words(await maria.get("/staff"))
    assert "Rosa Delgado can't come: Tue, Dec 1, 10:00 AM" in inbox
    await maria.submit(f"/staff/visits/{visit.id}/handled")
    assert "can't come: " not in words(await maria.get("/staff"))
    assert {"appointment.answered", "appointment.handled"} <= set(await audited(database, visit.id))


@pytest.mark.parametrize("hours", [30, 1])
async def test_the_last_word_of_a_patient_counts_up_to_the_visit(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, hours: int
) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    await book(maria, cast)
    visit = await only_visit(database)
    clock.now = visit.starts_at
    clock.move(hours=-hours)
    for reply in ("cant", "coming"):
        assert (await rosa.submit(f"/visits/{visit.id}/answer", {"reply": reply})).status_code == 200
    assert "The clinic knows you're coming" in words(await rosa.get("/"))
    assert (await only_visit(database)).reply == "coming"
    assert (await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "maybe"})).status_code == 422


async def test_an_answer_from_the_notification_needs_no_sign_in(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria, push = await signed_in(cast.maria), PushDouble()
    await book(maria, cast)
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
    clock.move(days=12, hours=2)
    await Sender(database, push, clock, "https://localhost").tick()
    notification = json.loads(push.sent[0][1].body)["notification"]
    body = {"token": notification["data"]["token"], "reply": "cant"}
    assert notification["data"]["reply"] == "/visits/reply"
    assert (await browser.post_json("/visits/reply", body)).json() == body
    assert (await only_visit(database)).reply == "cant"
    assert "can't come" in words(await (await signed_in(cast.ken)).get("/staff"))
    assert (await browser.post_json("/visits/reply", body | {"token": "x"})).status_code == 404
    assert (await browser.post_json("/visits/reply", body | {"reply": "maybe"})).status_code == 400
    clock.move(days=5)
    assert (await browser.post_json("/visits/reply", body)).status_code == 404
