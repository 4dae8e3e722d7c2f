"""Turning reminders on in a browser that fails to: the page always says what to do next."""

import pytest
from playwright.async_api import Browser

from tests.browser.people import phone_of, press, sees, sees_not
from tests.browser.running_site import RunningSite

NEVER_READY = """Object.defineProperty(ServiceWorkerContainer.prototype, "ready", {get: () => new Promise(() => {})})"""
NO_PUSH = (
    """PushManager.prototype.subscribe = () => Promise.reject(new DOMException("Registration failed", "AbortError"))"""
)


@pytest.mark.parametrize("page", ["/reminders", "/reminders/help"])
@pytest.mark.parametrize("trouble", [NEVER_READY, NO_PUSH], ids=["no worker", "no push service"])
async def test_if_the_subscription_never_comes_the_page_says_what_to_do_next(
    chromium: Browser, site: RunningSite, page: str, trouble: str
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await rosa.add_init_script(trouble)
    await rosa.clock.install()
    await rosa.goto(page)
    await press(rosa, "Turn on reminders" if page == "/reminders" else "Turn reminders on again")
    if trouble == NEVER_READY:
        await sees(rosa, "One moment")
        await sees_not(rosa, "That didn't work")
        await rosa.clock.fast_forward(10_000)
    await sees(rosa, "That didn't work", "Close Interlude, open it again and try once more.")
    await sees_not(rosa, "One moment")


@pytest.mark.parametrize("page", ["/reminders", "/reminders/help"])
async def test_if_permission_is_denied_the_page_says_where_to_allow_it(
    chromium: Browser, site: RunningSite, page: str
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto(page)
    await press(rosa, "Turn on reminders" if page == "/reminders" else "Turn reminders on again")
    await sees(rosa, "This phone blocks reminders", "Open your phone's settings")


UNKNOWN_SERVICE = """PushManager.prototype.subscribe = () => Promise.resolve({
  toJSON: () => ({endpoint: "https://push.example.org/a", keys: {}}), unsubscribe: () => Promise.resolve(true)})"""


async def test_case_95_a_browser_whose_push_service_is_turned_away_says_what_to_do(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await rosa.add_init_script(UNKNOWN_SERVICE)
    await rosa.goto("/reminders")
    await press(rosa, "Turn on reminders")
    await sees(rosa, "This browser can't get reminders yet", "Try another browser")
    await sees_not(rosa, "That didn't work")


DISMISSED = """const answers = ["default", "denied"];
Notification.requestPermission = () => Promise.resolve(answers.shift());
Object.defineProperty(Notification, "permission", {get: () => "default"})"""


@pytest.mark.parametrize("page", ["/reminders", "/reminders/help"])
async def test_case_99_a_dismissed_question_can_be_asked_again(chromium: Browser, site: RunningSite, page: str) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.add_init_script(DISMISSED)
    await rosa.goto(page)
    name = "Turn on reminders" if page == "/reminders" else "Turn reminders on again"
    await press(rosa, name)
    await sees(rosa, "Nothing is blocked", "Tap the button again")
    await sees_not(rosa, "This phone blocks reminders")
    await press(rosa, name)
    await sees(rosa, "This phone blocks reminders")
    await sees_not(rosa, "Nothing is blocked")
