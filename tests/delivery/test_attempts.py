"""To whom a notification goes, and with which text (cases 32, 35, 36)."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from server.access.sessions import end_device
from server.channels.addresses import Number
from server.channels.protocol import ChannelName, Message
from server.channels.push.host_list import HostList
from server.db import Work
from server.delivery import attempts
from server.devices.subscriptions import NewSubscription, subscribe
from server.people.flow import add_caregiver
from server.people.models import Clinic, Patient
from server.reminders import notices
from server.reminders.models import Attempt, Reminder
from server.reminders.notices import Notice, remind_now
from server.reminders.states import ReminderKind
from tests.cast import NOW, acting, work_by
from tests.reminders.scene import ENDS, SUBJECT, WHEN, Scene, batch_for
from tests.stories import browser_keys, device_of, rows, subscribed

PHI = ("Rosa", "Delgado", "Harbor", "Infusion", "ketamine", "ALS", "Room 2", "December", "breath", "555")


def notification(message: Message) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(message.body)["notification"]
    return shown


@pytest.mark.parametrize("kind", ["visit", "check-in", "nudge", "test"])
async def test_case_36_a_notification_does_not_identify_the_person(scene: Scene, kind: str) -> None:
    async with scene.database.writing() as db:
        await db.execute(update(Reminder).values(kind=kind))
    await scene.due()
    [(_, message)] = scene.push.sent
    readable = re.sub(r"[A-Za-z0-9_-]{20,}", "", message.body).lower()  # except ids and tokens, which are random
    assert not [word for word in PHI if word.lower() in readable]
    assert notification(message)["title"]
    assert notification(message)["body"]
    assert len(message.body.encode()) < 2048


async def test_case_36_a_patient_may_choose_detailed_text(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == scene.cast.rosa.id).values(detailed_text=True))
    await scene.due()
    shown = notification(scene.push.sent[0][1])
    assert "Tuesday, December 1" in shown["body"]
    assert "Room 2" in shown["body"]
    assert "Harbor" not in json.dumps(shown)


async def test_case_36_the_stored_detail_is_sealed(scene: Scene) -> None:
    reminder = await scene.reminder()
    assert reminder.detail_sealed is not None
    assert b"Room 2" not in reminder.detail_sealed
    assert reminder.detail == "Tuesday, December 1, 10:00. Room 2"


async def test_the_topic_and_tag_are_the_reminders_id(scene: Scene) -> None:
    await scene.due()
    [(_, message)] = scene.push.sent
    reminder = await scene.reminder()
    assert message.id == notification(message)["tag"] == reminder.id
    assert len(reminder.id) == 32
    assert reminder.id.isalnum()


async def test_both_formats_of_web_push_open_the_subject_of_the_reminder(scene: Scene) -> None:
    await scene.due()
    body = json.loads(scene.push.sent[0][1].body)
    shown = body["notification"]
    assert (body["web_push"], body["mutable"]) == (8030, True)
    assert shown["navigate"].startswith(f"https://localhost/visits/{SUBJECT}")
    assert shown["data"]["url"] == shown["navigate"]
    assert [action["action"] for action in shown["actions"]] == ["coming", "cant"]
    assert shown["lang"] == "en"


async def test_only_the_phone_knows_its_token(scene: Scene) -> None:
    await scene.due()
    [attempt] = await rows(scene.database, Attempt)
    token = scene.push.token()
    assert token not in repr(vars(attempt))
    assert len(token) >= 43


@pytest.mark.parametrize(
    ("kind", "urgency"), [("visit", "high"), ("alert", "high"), ("check-in", "normal"), ("nudge", "normal")]
)
async def test_only_urgent_kinds_wake_a_sleeping_phone(scene: Scene, kind: str, urgency: str) -> None:
    async with scene.database.writing() as db:
        await db.execute(update(Reminder).values(kind=kind))
    await scene.due()
    assert scene.push.sent[0][1].urgency == urgency


async def test_a_push_expires_with_its_reminder(scene: Scene) -> None:
    await scene.due()
    assert 0 < scene.push.sent[0][1].ttl <= (ENDS - WHEN).total_seconds()


async def test_only_the_patient_and_their_caregivers_are_notified(scene: Scene) -> None:
    async with scene.database.writing() as db:
        of_luis = await subscribed(db, scene.cast.luis)
        for other in (scene.cast.walter, scene.cast.helen, scene.cast.maria, scene.cast.tom):
            await subscribed(db, other)
    await scene.due()
    assert {address.endpoint for address, _ in scene.push.sent} == {scene.phone.endpoint, of_luis.endpoint}
    assert len({notification(message)["data"]["token"] for _, message in scene.push.sent}) == 2


async def test_an_alert_goes_to_its_staff_member(scene: Scene) -> None:
    async with scene.database.writing() as db:
        of_maria = await subscribed(db, scene.cast.maria)
        await subscribed(db, scene.cast.ken)
        path = f"/staff/patients/{scene.cast.rosa.id}"
        notice = notices.Notice(
            ReminderKind.ALERT, scene.cast.rosa.id, "f" * 32, path, ENDS, staff_id=scene.cast.maria.id
        )
        await notices.remind_now(work_by(db, scene.cast.rosa), notice)
    await scene.run()
    [(address, message)] = scene.push.sent
    assert address.endpoint == of_maria.endpoint
    assert "needs you now" in notification(message)["title"]
    assert "Rosa" not in message.body
    assert notification(message)["data"]["reply"] == ""


async def test_a_test_notification_goes_only_to_the_phone_that_asked(scene: Scene) -> None:
    async with scene.database.writing() as db:
        second = await subscribed(db, scene.cast.rosa)
        phone = second.device_id
        notice = notices.Notice(ReminderKind.TEST, scene.cast.rosa.id, phone, "/reminders/test", ENDS, device_id=phone)
        await notices.remind_now(work_by(db, scene.cast.rosa), notice)
    await scene.run()
    assert [address.endpoint for address, _ in scene.push.sent] == [second.endpoint]


@pytest.mark.parametrize(
    ("tel", "allowed", "goes"),
    [
        ("+12125550101", [], True),
        ("+18765550140", [], False),
        ("+18765550140", ["US", "JM"], True),
        ("+12125550101", ["JM"], False),
        ("+442079460018", [], False),
        ("+12125550101;ext=12", [], False),
        (None, [], False),
    ],
)
async def test_case_78_a_text_goes_only_to_countries_that_the_clinic_allows(
    scene: Scene, tel: str | None, allowed: list[str], goes: bool
) -> None:
    async with scene.database.writing() as db:
        rosa, harbor = await db.get_one(Patient, scene.cast.rosa.id), await db.get_one(Clinic, scene.cast.harbor.id)
        rosa.phone_tel, rosa.text_consent_at, harbor.text_countries = tel, NOW, allowed
    reminder = await scene.reminder()
    async with scene.database.reading() as db:
        batch = await batch_for(db, [reminder])
    found = attempts.targets(batch, reminder, batch.patients[scene.cast.rosa.id], ChannelName.TEXT)
    assert [target.address for target in found] == ([Number(str(tel))] if goes else [])


async def test_case_97_a_push_to_a_phone_with_two_patients_opens_the_page_of_the_one_it_names(scene: Scene) -> None:
    """Luis's phone takes Rosa's reminders and Walter's. Rosa's own phone, and another of his, have plain links."""
    async with scene.database.writing() as db:
        shared, own = await subscribed(db, scene.cast.luis), await subscribed(db, scene.cast.luis)
        helper = await add_caregiver(work_by(db, scene.cast.maria), scene.cast.walter, "Luis Delgado", "friend")
        second = await device_of(db, helper)
        work = Work(db, replace(acting(helper), device_id=second.id), NOW)
        await subscribe(work, NewSubscription(shared.endpoint, *browser_keys()), HostList.parse(""), [shared.device_id])
        about = Notice(ReminderKind.CHECK_IN, scene.cast.walter.id, SUBJECT, f"/check-ins/{SUBJECT}", ENDS)
        await remind_now(work_by(db, scene.cast.maria, WHEN), about)
    await scene.due()
    visit, check_in = f"/visits/{SUBJECT}", f"/check-ins/{SUBJECT}"
    assert {(to.endpoint, *_shown(message)) for to, message in scene.push.sent} == {
        (scene.phone.endpoint, "You have a visit coming up", visit),
        (own.endpoint, "Rosa has a visit coming up", visit),
        (shared.endpoint, "Rosa has a visit coming up", f"/for/{shared.device_id}{visit}"),
        (shared.endpoint, "A check-in about Walter is ready", f"/for/{second.id}{check_in}"),
    }
    on_shared = [notification(message)["tag"] for to, message in scene.push.sent if to.endpoint == shared.endpoint]
    assert len(set(on_shared)) == 2  # neither replaces the other


def _shown(message: Message) -> tuple[str, str]:
    """The title of the notification, and where it leads."""
    shown = notification(message)
    return shown["title"], shown["navigate"].removeprefix("https://localhost").partition("?from=")[0]


async def test_case_97_where_one_patient_is_signed_out_links_are_plain_again(scene: Scene) -> None:
    async with scene.database.writing() as db:
        shared = await subscribed(db, scene.cast.luis)
        second = await device_of(db, scene.cast.luis)
        work = Work(db, replace(acting(scene.cast.luis), device_id=second.id), NOW)
        await subscribe(work, NewSubscription(shared.endpoint, *browser_keys()), HostList.parse(""), [shared.device_id])
        await end_device(work, second)
    await scene.due()
    assert {_shown(message)[1] for _, message in scene.push.sent} == {f"/visits/{SUBJECT}"}
