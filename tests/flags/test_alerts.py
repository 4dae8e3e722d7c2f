"""An urgent flag alerts the devices of the staff at once (cases 19 and 71)."""

from datetime import timedelta

from sqlalchemy import update

from server.checkins.models import CheckIn
from server.db import Database
from server.delivery.sender import Sender
from server.flags import actions, lists
from server.flags import alerts as staff_alerts
from server.flags.models import Flag
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.reminders.models import Reminder
from server.responses import drafts
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import StillClock
from tests.flags.scene import answers, close, only_flag
from tests.push_double import PushDouble
from tests.stories import due_check_in, rows, subscribed


async def alerts(database: Database, state: str = "scheduled") -> set[str]:
    found = await rows(database, Reminder, Reminder.kind == "alert", Reminder.state == state)
    return {reminder.staff_id or "" for reminder in found}


async def test_an_urgent_flag_alerts_the_staff_of_its_clinic(database: Database, cast: Cast, clock: StillClock) -> None:
    async with database.writing() as db:
        phones = {(await subscribed(db, person)).endpoint for person in (cast.maria, cast.ken)}
        for other in (cast.tom, cast.rosa, cast.luis):
            await subscribed(db, other)
    await answers(database, cast.rosa, {"fall": True})
    team = {cast.maria.id, cast.ken.id, cast.ruth.id}
    assert (await alerts(database), (await only_flag(database)).due_at) == (team, NOW)
    push = PushDouble()
    worker = Sender(database, push, clock, "https://localhost")
    while await worker.tick():
        pass
    sent = {address.endpoint for address, message in push.sent if "needs you now" in message.body}
    assert sent == phones


async def test_an_open_flag_that_becomes_urgent_alerts_them_too(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {"breathing": "little"}, weeks=1)
    assert ((await only_flag(database)).severity, await alerts(database)) == ("this-week", set())
    now = await answers(database, cast.rosa, {"breathing": "very-hard"}, weeks=2)
    flag = await only_flag(database)
    assert flag.severity == "urgent"
    assert flag.due_at <= now
    assert await alerts(database) == {cast.maria.id, cast.ken.id, cast.ruth.id}


async def test_case_73_an_urgent_answer_in_another_check_in_alerts_again_even_if_the_first_flag_is_taken(
    database: Database, cast: Cast
) -> None:
    await answers(database, cast.rosa, {"fall": True})
    async with database.writing() as db:
        stored = await db.get_one(Flag, (await only_flag(database)).id)
        assert await actions.own(work_by(db, cast.maria), stored, cast.maria.id)
    before = len(await rows(database, Reminder, Reminder.kind == "alert"))
    now = await answers(database, cast.rosa, {"fall": True}, weeks=1)
    flag = await only_flag(database)
    assert (flag.severity, flag.owner_id, flag.contacts_notified) == ("urgent", None, 0)
    assert flag.escalate_at is not None
    assert timedelta(0) < flag.escalate_at - now <= timedelta(hours=1)
    assert flag.due_at <= now
    assert len(await rows(database, Reminder, Reminder.kind == "alert")) == before + 3


async def test_the_same_urgent_answer_sent_again_alerts_nobody_twice(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    for _ in range(2):
        async with database.writing() as db:
            stored = await db.get_one(CheckIn, check_in.id)
            definition = await questionnaires.definition_of(db, stored.questionnaire_id)
            await drafts.keep(
                work_by(db, cast.rosa), stored, definition, drafts.Statement(Respondent.SELF, {"fall": True})
            )
    assert len(await rows(database, Reminder, Reminder.kind == "alert")) == 3


async def test_an_outcome_cancels_the_alerts(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"fall": True})
    await close(database, cast.maria, await only_flag(database))
    assert await alerts(database) == set()
    assert len(await alerts(database, "cancelled")) == 3


async def test_case_19_open_flags_of_a_paused_patient_stay_open_and_alert(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        await subscribed(db, cast.maria)
        await db.execute(update(Patient).where(Patient.id == cast.rosa.id).values(paused_at=NOW))
    await answers(database, cast.rosa, {"fall": True})
    push = PushDouble()
    await Sender(database, push, clock, "https://localhost").tick()
    assert len([message for _, message in push.sent if "needs you now" in message.body]) == 1
    async with database.reading() as db:
        assert len(await lists.open_flags(db, acting(cast.maria))) == 1


async def test_an_alert_goes_to_every_staff_member_of_the_own_clinic(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"breathing": "little"})
    await answers(database, cast.rosa, {"breathing": "some"}, weeks=1)
    async with database.writing() as db:
        flag = await db.get_one(Flag, (await only_flag(database)).id)
        await staff_alerts.alert_staff(work_by(db, cast.rosa), flag, "/staff")
    assert await alerts(database) == {cast.maria.id, cast.ken.id, cast.ruth.id}
