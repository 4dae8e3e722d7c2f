"""Which notifications stand on a phone: finished ones close, and none is lost while a page looks which they are."""

import asyncio
import json
from datetime import timedelta

from playwright.async_api import Browser, Route

from tests.browser.chromium import NOTIFICATIONS, deliver_push
from tests.browser.eventually import eventually
from tests.browser.interception import intercept
from tests.browser.people import evaluate, phone_of, press, sees
from tests.browser.running_site import RunningSite
from tests.journeys.offline_bundle import (
    tags,
    when_it_stands,
)

READ_WITHOUT_A_PAUSE = f"""void (async () => {{
  for (;;) await {NOTIFICATIONS};
}})()"""
LOCKS_WHILE_A_PAGE_READS = """new Promise(done => {
  const read = ServiceWorkerRegistration.prototype.getNotifications;
  ServiceWorkerRegistration.prototype.getNotifications = async function () {
    done((await navigator.locks.query()).held.map(lock => lock.name));
    return read.call(this);
  };
  const refresh = () => OfflineBundle.refresh().catch(() => null);
  refresh().then(refresh); // the first may be one that began when the page opened
})"""


async def test_case_18_a_notification_closes_once_it_is_answered_elsewhere(
    chromium: Browser, site: RunningSite
) -> None:
    visit = await site.book_visit(timedelta(days=2))
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    current_response = await when_it_stands(rosa, site, visit.id)
    await rosa.goto("/")
    assert await tags(rosa) == [current_response]
    other = await phone_of(chromium, site, site.cast.rosa)
    await other.goto(f"/visits/{visit.id}")
    await press(other, "I'll be there")
    await sees(other, "Thank you.")
    await rosa.goto("/settings")

    async def look() -> bool:
        return await tags(rosa) == []

    await eventually(look, "the notification to be closed")


async def test_case_18_a_notification_that_comes_while_the_phone_asks_what_stands_is_not_closed(
    chromium: Browser, site: RunningSite
) -> None:
    """The server's answer is older than the push."""
    visit = await site.book_visit(timedelta(days=2))
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await rosa.goto("/help")
    answered, go_on = asyncio.Event(), asyncio.Event()

    async def delay(route: Route) -> None:
        answer = await route.fetch()
        answered.set()
        await go_on.wait()
        await route.fulfill(response=answer)

    await intercept(rosa, "**/held*", delay)
    asking = asyncio.create_task(rosa.evaluate("OfflineBundle.refresh().then(() => null)"))
    async with asyncio.timeout(10):
        await answered.wait()
    reminder = await when_it_stands(rosa, site, visit.id)
    go_on.set()
    await asking
    assert await tags(rosa) == [reminder]


async def test_no_notification_is_lost_while_pages_look_which_ones_stand(chromium: Browser, site: RunningSite) -> None:
    """Chromium forgot what was shown at that moment, so that a tap on it did nothing."""
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await rosa.goto("/help")
    sent = [f"for-staff-{number}" for number in range(20)]
    await rosa.evaluate(READ_WITHOUT_A_PAUSE)
    for tag in sent:
        notification = {"title": "Interlude", "body": "A flag", "tag": tag, "data": {"url": site.url("/staff/inbox")}}
        await deliver_push(rosa, json.dumps({"notification": notification}))

    async def look() -> bool:
        return sorted(await tags(rosa)) == sorted(sent)

    await eventually(look, "all notifications to stand")
    await rosa.goto("/help")
    assert await rosa.evaluate(LOCKS_WHILE_A_PAGE_READS) == ["notifications"]


async def test_a_push_is_shown_while_a_frozen_page_looks_which_ones_stand(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await rosa.goto("/help")
    await rosa.evaluate("void navigator.locks.request('notifications', () => new Promise(() => {}))")
    notification = {"title": "Interlude", "body": "A flag", "tag": "one", "data": {"url": site.url("/staff/inbox")}}
    await deliver_push(rosa, json.dumps({"notification": notification}))
    shown = "navigator.serviceWorker.ready.then(worker => worker.getNotifications()).then(all => all.length)"
    await eventually(lambda: evaluate(rosa, shown), "the notification")


async def test_a_notification_for_staff_stands_although_no_bundle_names_it(
    chromium: Browser, site: RunningSite
) -> None:
    """A browser may have joined as a patient's and be signed in at the desk too. Links in pushes are absolute."""
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await rosa.goto("/settings")
    for tag, path in (("for-staff", "/staff/inbox"), ("for-nobody", "/staffing")):
        notification = {"title": "Interlude", "body": "A flag", "tag": tag, "data": {"url": site.url(path)}}
        await deliver_push(rosa, json.dumps({"notification": notification}))
    await eventually(lambda: tags(rosa), "the notifications to stand")
    await rosa.goto("/settings")

    async def look() -> bool:
        return await tags(rosa) == ["for-staff"]

    await eventually(look, "the notification that nobody's bundle names to close")
