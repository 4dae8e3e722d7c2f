"""The words of a message depend on whom it reaches: the patient, or a caregiver (case 104)."""

import json
from datetime import datetime, timedelta

from sqlalchemy import select, update

from server.channels.protocol import ChannelName
from server.delivery.batch import Batch
from server.delivery.messages import Sending, message_to
from server.people.models import Patient
from server.people.rules import ContactBy
from server.reminders.message_text import AppointmentDetail
from server.reminders.models import Reminder
from tests.cast import NOW
from tests.reminders.scene import Scene
from tests.stories import subscribed


async def test_case_104_a_caregivers_phone_names_the_patient(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await subscribed(db, scene.cast.luis)
    await scene.due()
    shown = [json.loads(message.body)["notification"] for _, message in scene.push.sent]
    assert sorted(each["title"] for each in shown) == ["Rosa has a visit coming up", "You have a visit coming up"]
    [his] = [each for each in shown if each["title"].startswith("Rosa")]
    assert [action["title"] for action in his["actions"]] == ["Rosa will be there", "Rosa can't come"]


async def test_case_104_initials_where_the_patient_chose_them(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == scene.cast.rosa.id).values(name_in_messages="initials"))
        await subscribed(db, scene.cast.luis)
    await scene.due()
    titles = {json.loads(message.body)["notification"]["title"] for _, message in scene.push.sent}
    assert "R. D. has a visit coming up" in titles


async def test_case_104_a_text_to_the_caregivers_number_names_the_patient(scene: Scene) -> None:
    reminder = await scene.reminder()
    for contact, start in ((ContactBy.CALL, "Rosa: You have a visit"), (ContactBy.CAREGIVER, "Rosa has a visit")):
        scene.cast.rosa.contact = contact
        assert (await _text(scene, reminder)).startswith(start)


async def test_case_103_details_name_another_year_and_the_zone_that_is_not_the_patients(scene: Scene) -> None:
    detail = AppointmentDetail(datetime(2027, 1, 5, 8), "Room 2", False).to_json()
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        rosa.zone, rosa.detailed_text = "America/Denver", True
        for reminder in await db.scalars(select(Reminder)):
            reminder.detail = detail
    await scene.due()
    bodies = {json.loads(message.body)["notification"]["body"] for _, message in scene.push.sent}
    assert bodies == {"Tuesday, January 5, 2027, 8:00\u00a0AM, time in New York. Room 2"}


async def _text(scene: Scene, reminder: Reminder) -> str:
    async with scene.database.reading() as db:
        batch = Batch({scene.cast.rosa.id: scene.cast.rosa}, {scene.cast.harbor.id: scene.cast.harbor})
        sending = Sending(db, batch, NOW + timedelta(hours=1), "https://localhost", None)  # type: ignore[arg-type]
        return message_to(sending, reminder, ChannelName.TEXT, None, [], "token").body
