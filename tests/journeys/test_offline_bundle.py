"""What a phone keeps: fetched when a push arrives, encrypted, and deleted at sign-out."""

import json
from collections.abc import Awaitable, Callable

from playwright.async_api import Browser, Route

from tests.browser.chromium import deliver_push
from tests.browser.eventually import eventually
from tests.browser.interception import intercept
from tests.browser.people import answer_all, go, join, lose_session, phone_of, press, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.journeys.offline_bundle import (
    BUNDLE,
    UNREAD,
    given_it_is_kept_offline,
    it_is_kept_offline,
)


async def test_a_push_makes_the_phone_fetch_its_check_in(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await rosa.goto("/settings")
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    notification = {"title": "Interlude", "body": "You have a check-in ready", "tag": "one", "data": {"url": "/"}}
    await deliver_push(rosa, json.dumps({"notification": notification}))
    await it_is_kept_offline(rosa)
    await rosa.context.set_offline(True)
    await rosa.goto(f"/check-ins/{check_in.id}")
    await sees(rosa, "1 of 3")


async def test_the_bundle_is_encrypted_and_deleted_at_sign_out(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await given_it_is_kept_offline(chromium, site, "daily-three")
    await answer_all(rosa, "Start", "4")
    assert len(await rosa.evaluate(UNREAD)) > 1000
    assert "breathing" not in await rosa.evaluate(UNREAD)
    assert (
        await rosa.evaluate(
            "new Promise(done => indexedDB.open('interlude-held').onsuccess = ({target: {result: db}}) => "
            "db.transaction('keys').objectStore('keys').get('device').onsuccess = found => "
            "done(found.target.result.extractable))"
        )
        is False
    )
    await rosa.goto("/sign-out")
    await press(rosa, "Sign out")
    await rosa.wait_for_url("**/join")
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await sees(rosa, "You're offline")
    await sees_not(rosa, "is ready")


async def test_case_162_leaving_deletes_the_bundle(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.goto("/settings/leave")
    await rosa.evaluate("HTMLFormElement.prototype.submit = () => {}")  # deleted before any request
    await press(rosa, "Leave, and sign out all phones")
    await eventually(lambda: rosa.evaluate(f"{BUNDLE}.then(held => held === null)"), "the bundle to be cleared")
    await rosa.goto("/settings/leave")
    await press(rosa, "Leave, and sign out all phones")
    await rosa.wait_for_url("**/join")
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await sees(rosa, "You're offline")
    await sees_not(rosa, "is ready")


async def test_case_162_signing_out_does_not_wait_for_a_browser_that_never_answers(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, _ = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.goto("/sign-out")
    await rosa.evaluate("() => { PushManager.prototype.getSubscription = () => new Promise(() => {}); }")
    await press(rosa, "Sign out")
    await rosa.wait_for_url("**/join", timeout=20_000)
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await sees_not(rosa, "is ready")


async def test_case_46_another_person_finds_nothing_of_the_first(chromium: Browser, site: RunningSite) -> None:
    phone, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await phone.context.set_offline(True)
    await phone.goto("/")
    await answer_all(phone, "Start", "4")
    await lose_session(phone)
    await phone.context.set_offline(False)
    await join(phone, site, site.cast.walter)
    await go(phone, "/")
    walter = site.cast.walter.id
    await eventually(lambda: phone.evaluate(f"{BUNDLE}.then(held => held?.person === '{walter}')"), "what Walter holds")
    await phone.evaluate("Outbox.flush()")
    assert await phone.evaluate("Outbox.all().then(all => all.map(one => one.state))") == ["waiting"]
    await phone.context.set_offline(True)
    await phone.goto(f"/check-ins/{check_in.id}")
    await sees(phone, "You're offline")
    await sees_not(phone, "is ready")


SEEN = """
  window.badges = [];
  navigator.setAppBadge = async due => { badges.push(due); };
  navigator.clearAppBadge = async () => { badges.push(0); };
"""


async def test_the_badge_counts_what_is_due(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.context.add_init_script(SEEN)

    async def badge() -> int | None:
        found: int | None = await rosa.evaluate("badges.at(-1) ?? null")
        return found

    await rosa.goto("/")
    await eventually(lambda: is_now(badge, 0), "no badge")
    await site.check_in_due_now(site.cast.rosa, "daily-three")
    await site.check_in_due_now(site.cast.rosa, "weekly-als")
    await rosa.goto("/")
    await eventually(lambda: is_now(badge, 2), "a badge of two")


async def is_now(badge: Callable[[], Awaitable[int | None]], due: int) -> bool:
    return await badge() == due


async def test_the_browser_is_asked_for_persistent_storage(chromium: Browser, site: RunningSite) -> None:
    """A browser that has to ask the person first delays nothing."""
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.context.add_init_script(
        "navigator.storage.persist = () => new Promise(() => localStorage.asked = 'yes');"
    )
    await rosa.goto(f"/check-ins/{check_in.id}")
    await answer_all(rosa, "4", "Good", "No trouble")
    await press(rosa, "Send to clinic")
    await sees(rosa, "The clinic has received it")
    assert await rosa.evaluate("localStorage.asked") == "yes"
    assert await site.responses_to(check_in) == 1


async def test_the_bundle_is_fetched_again_after_the_network_failed_for_a_moment(
    chromium: Browser, site: RunningSite
) -> None:
    """Otherwise a phone on which no other page opens would keep nothing for days."""
    await site.check_in_due_now(site.cast.rosa, "daily-three")
    rosa = await phone_of(chromium, site, site.cast.rosa, service_workers="block")
    failed: list[str] = []

    async def fails_twice(route: Route) -> None:
        if len(failed) == 2:
            await route.continue_()
        else:
            failed.append(route.request.url)
            await route.abort()

    await intercept(rosa, "**/held*", fails_twice)
    await rosa.goto("/")
    await eventually(lambda: rosa.evaluate(f"{BUNDLE}.then(bundle => bundle?.forms.length)"), "the bundle", 20)
    assert len(failed) == 2
