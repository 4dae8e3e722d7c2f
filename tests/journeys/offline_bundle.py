"""What a phone keeps for offline use, and how a test reads it."""

import json

from playwright.async_api import Browser, Page

from server.checkins.models import CheckIn
from server.reminders.models import Reminder
from server.reminders.states import ReminderState
from server.responses import history
from server.responses.models import Response
from tests.browser.chromium import NOTIFICATIONS, deliver_push, service_worker_is_active
from tests.browser.eventually import eventually
from tests.browser.people import evaluate, phone_of
from tests.browser.running_site import RunningSite
from tests.stories import rows

BUNDLE = "OfflineBundle.current()"
SAVED = "Saved on this phone"
UNREAD = """async () => {
  const {promise, resolve} = Promise.withResolvers();
  const request = indexedDB.open("interlude-held");
  request.onsuccess = () => resolve(request.result);
  const db = await promise, things = db.transaction("things").objectStore("things").getAll();
  await new Promise(done => things.onsuccess = done);
  db.close();
  return things.result.map(({box}) => new TextDecoder("latin1").decode(box)).join("");
}"""


async def given_it_is_kept_offline(
    chromium: Browser, site: RunningSite, slug: str, before: object = None, whole: bool = False
) -> tuple[Page, CheckIn]:
    """Rosa's phone is at Home and keeps a due check-in."""
    check_in = await site.check_in_due_now(site.cast.rosa, slug, before, whole)  # type: ignore[arg-type]
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await it_is_kept_offline(rosa)
    return rosa, check_in


async def it_is_kept_offline(phone: Page) -> None:
    await service_worker_is_active(phone)
    await eventually(lambda: phone.evaluate(f"{BUNDLE}.then(held => held?.forms.length)"), "the check-in to be held")


async def when_it_stands(phone: Page, site: RunningSite, subject_id: str) -> str:
    """The phone shows a notification of the subject's next reminder, as if it had been sent."""
    reminder_id, token = await site.hand_over(subject_id)
    async with site.database.writing() as db:
        (await db.get_one(Reminder, reminder_id)).state = ReminderState.SENT
    notification = {"title": "Interlude", "body": "A visit", "tag": reminder_id, "data": {"url": "/", "token": token}}
    await deliver_push(phone, json.dumps({"notification": notification}))
    await eventually(lambda: tags(phone), "the notification to stand")
    return reminder_id


async def tags(phone: Page) -> list[str]:
    found: list[str] = await evaluate(phone, f"{NOTIFICATIONS}.then(all => all.map(one => one.tag))")
    return found


async def answers_to(site: RunningSite, check_in: CheckIn) -> dict[str, object]:
    await site.wait_for_response(check_in)
    [response] = await rows(site.database, Response, Response.check_in_id == check_in.id)
    return dict(history.answers_of(response))
