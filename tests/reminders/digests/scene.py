"""A second reminder beside the scene's, and the notifications that were sent."""

import json
from datetime import timedelta
from typing import Any

from server.reminders.models import Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.reminders.scene import WHEN, Scene, plan
from tests.stories import rows

DAY = timedelta(days=1)
OTHER, THIRD = "b" * 32, "c" * 32


async def by_subject(scene: Scene) -> dict[str, Reminder]:
    return {reminder.subject_id: reminder for reminder in await rows(scene.database, Reminder)}


def notification_of(scene: Scene, which: int = -1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(scene.push.sent[which][1].body)["notification"]
    return found


async def check_in(scene: Scene, subject: str, after: timedelta = timedelta(), life: timedelta = DAY) -> None:
    await plan(scene.database, scene.cast, [Planned(ReminderKind.CHECK_IN, WHEN + after, WHEN + after + life)], subject)
