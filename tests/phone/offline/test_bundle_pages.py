"""A device fetches its own bundle, if it has changed."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from server.access import sessions
from server.appointments import booking, flow
from server.appointments.booking import NewAppointment
from server.appointments.rules import AppointmentStatus
from server.checkins.models import CheckIn
from server.db import Database
from server.people.models import Clinic, Patient
from server.reminders.notices import Notice, remind_now
from server.reminders.states import ReminderKind, ReminderState
from tests.access.shared_phone.scene import JoinsFor
from tests.access.shared_phone.scene import joins_for as joins_for
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.stories import due_check_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HOUR = timedelta(hours=1)


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa, "day-after")


async def test_the_bundle_has_the_due_check_in_its_rules_and_its_pages(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    bundle = (await (await signed_in(cast.rosa)).get("/held")).json()
    [form] = bundle["forms"]
    assert (bundle["person"], bundle["due"]) == (cast.rosa.id, 1)
    assert (form["id"], form["client"], form["who"]) == (check_in.id, check_in.client_id, "self")
    by_id = {question["id"]: question for question in form["questions"]}
    assert by_id["self-harm"]["patientOnly"]
    assert by_id["self-harm"]["whens"]
    assert "You are not alone." in by_id["self-harm"]["html"]
    assert by_id["mood"]["said"].keys() == by_id["mood"]["levels"].keys()
    assert {"card", "who", "check", "urgency", "saved"} == form["pages"].keys()
    assert "tel:" in bundle["help"]


async def test_an_unchanged_bundle_is_not_sent_again(signed_in: Enter, cast: Cast, check_in: CheckIn) -> None:
    rosa = await signed_in(cast.rosa)
    mark = (await rosa.get("/held")).json()["mark"]
    assert (await rosa.get(f"/held?have={mark}")).status_code == 204
    await rosa.submit(f"/check-ins/{check_in.id}/q/nausea", {"answer": "none", "who": "self"})
    [form] = (await rosa.get(f"/held?have={mark}")).json()["forms"]
    assert form["kept"]["patient"]["nausea"]["is"] == "none"
    assert form["kept"]["helper"] == {}


async def test_a_phone_gets_only_its_own_persons_bundle(
    signed_in: Enter, cast: Cast, check_in: CheckIn, browser: Browser
) -> None:
    assert (await (await signed_in(cast.walter)).get("/held")).json()["forms"] == []
    assert (await browser.get("/held", accept="application/json")).status_code == 401
    luis = (await (await signed_in(cast.luis)).get("/held")).json()
    assert (luis["person"], [form["who"] for form in luis["forms"]]) == (cast.luis.id, [None])
    assert check_in.id in json.dumps(luis["forms"])


async def test_case_143_the_bundle_has_the_next_visits_with_their_preparation(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa = await signed_in(cast.rosa)
    assert (await rosa.get("/held")).json()["visits"] == []
    async with database.writing() as db:
        late = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 12, 3, 10)))
        first = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 11, 20, 9, 30)))
    kept = (await rosa.get("/held")).json()["visits"]
    assert [visit["id"] for visit in kept] == [first.id, late.id]
    assert "Friday, November 20, 2026" in kept[0]["html"]
    assert "9:30" in kept[0]["html"]
    assert "12 Elm Street" in kept[0]["html"]
    assert "Bring your list of medicines." in kept[0]["html"]
    assert "tomorrow" not in kept[0]["html"].lower()


@pytest.mark.parametrize(("locale", "says"), [("en", "This visit is cancelled"), ("es", "Esta cita se canceló")])
async def test_case_143_the_bundle_says_which_visit_was_cancelled(
    signed_in: Enter, cast: Cast, database: Database, locale: str, says: str
) -> None:
    async with database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == cast.rosa.id).values(locale=locale))
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 11, 20, 9, 30)))
        await flow.mark(work_by(db, cast.maria), visit, AppointmentStatus.CANCELLED)
    for person in (cast.rosa, cast.luis):
        [kept] = (await (await signed_in(person)).get("/held")).json()["visits"]
        assert (kept["id"], kept["cancelled"]) == (visit.id, True)
        assert says in kept["html"]
        assert ("Rosa" in kept["html"]) is (person is cast.luis)
        assert "Bring your list of medicines." not in kept["html"]


async def test_case_97_a_phone_with_two_patients_gets_the_check_ins_of_both(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Each says as whom it is answered, and names its patient. The link opens it for that patient."""
    luis = await signed_in(cast.luis)
    alone = (await luis.get("/held")).json()
    assert "people" not in alone
    assert [form.get("person") for form in alone["forms"]] == [None]
    helper = await joins_for(luis, cast.walter)
    async with database.writing() as db:
        his = await due_check_in(db, cast.walter, "day-after")
    bundle = (await luis.get("/held")).json()
    assert (bundle["person"], bundle["people"], bundle["due"]) == (helper.id, f"{helper.id} {cast.luis.id}", 2)
    forms = {form["id"]: form for form in bundle["forms"]}
    assert forms.keys() == {his.id, check_in.id}
    assert (forms[his.id].get("person"), forms[check_in.id]["person"]) == (None, cast.luis.id)
    assert "Rosa Delgado" in forms[check_in.id]["pages"]["card"]
    assert "/for/" in forms[check_in.id]["pages"]["card"]
    assert not [question for question in forms[check_in.id]["questions"] if question["private"]]


async def test_case_97_what_an_ended_session_left_goes_and_what_the_others_have_stays(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Whichever session was the active one."""
    luis = await signed_in(cast.luis)
    await joins_for(luis, cast.walter)
    async with database.writing() as db:
        await due_check_in(db, cast.walter, "day-after")
    await end_devices_for(database, cast.walter, cast)
    bundle = (await luis.get("/held")).json()
    assert (bundle["person"], [form["id"] for form in bundle["forms"]]) == (cast.luis.id, [check_in.id])
    assert "people" not in bundle
    assert (await luis.get(f"/held?have={bundle['mark']}")).status_code == 204
    await end_devices_for(database, cast.rosa, cast)
    assert (await luis.get("/held", accept="application/json")).status_code == 401


async def end_devices_for(database: Database, patient: Patient, cast: Cast) -> None:
    async with database.writing() as db:
        for device in await sessions.devices_of(db, patient.id):
            await sessions.end_device(work_by(db, cast.maria), device)


async def test_case_97_each_patient_has_the_help_of_their_own_clinic(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database
) -> None:
    luis = await signed_in(cast.luis)
    assert "For Rosa" not in (await luis.get("/held")).json()["help"]
    helper = await joins_for(luis, cast.helen)
    async with database.writing() as db:
        await db.execute(update(Clinic).where(Clinic.id == cast.mesa.id).values(phone_tel="+16025550199"))
    bundle = (await luis.get("/held")).json()
    assert bundle["helps"].keys() == {cast.luis.id}
    pages = {cast.helen.name: bundle["help"], cast.rosa.name: bundle["helps"][cast.luis.id]}
    numbers = {cast.helen.name: "+16025550199", cast.rosa.name: cast.harbor.phone_tel}
    ids = {cast.helen.name: helper.id, cast.rosa.name: cast.luis.id}
    for name, other in ((cast.helen.name, cast.rosa.name), (cast.rosa.name, cast.helen.name)):
        assert f"For {name}" in pages[name]
        assert f"tel:{numbers[name]}" in pages[name]
        assert f"tel:{numbers[other]}" not in pages[name]
        assert f"/help?for={ids[other]}" in pages[name]


async def test_case_97_the_notifications_of_the_other_patient_stay_open(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """A phone closes each notification that its bundle does not name."""
    luis = await signed_in(cast.luis)
    await joins_for(luis, cast.walter)
    async with database.writing() as db:
        notices = [
            await remind_now(work_by(db, cast.maria), Notice(ReminderKind.VISIT, who.id, who.id, "/", NOW + HOUR))
            for who in (cast.rosa, cast.walter)
        ]
        for notice in notices:
            notice.state = ReminderState.SENT
    assert (await luis.get("/held")).json()["standing"] == [notices[1].id, notices[0].id]
