"""Every page of a patient's phone, each state of it brought about through the app."""

from datetime import timedelta

from playwright.async_api import Browser, Page

from . import tongues
from .chromium import new_page
from .inspection import Inspection
from .measures import PATIENT
from .people import (
    answer,
    answer_all,
    desk_of,
    fill,
    nothing_waits,
    phone_of,
    press,
    sees,
    sees_not,
    tongue_of,
    without_background_sync,
)
from .running_site import LAST_WEEK, RunningSite

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile"
# What a browser has of a subscription, made here: no push service is near.
SUBSCRIBE = """async () => {
  const pair = await crypto.subtle.generateKey({name: "ECDH", namedCurve: "P-256"}, true, ["deriveBits"]);
  const text = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const p256dh = text(await crypto.subtle.exportKey("raw", pair.publicKey));
  const keys = {p256dh, auth: text(crypto.getRandomValues(new Uint8Array(16)))};
  const body = JSON.stringify({endpoint: "http://127.0.0.1:9/push/1", keys});
  const answer = await fetch("/push/subscriptions",
    {method: "POST", headers: {"content-type": "application/json", accept: "application/json"}, body});
  return answer.status;
}"""


async def walk_in(browser: Browser, site: RunningSite) -> list[Inspection]:
    """Before anybody is signed in, on an iPhone, an Android phone and a computer; then joining."""
    phones = [await new_page(browser, base_url=site.base_url, user_agent=agent) for agent in (IPHONE, ANDROID, "Linux")]
    iphone, android, other = (Inspection(phone, PATIENT) for phone in phones)
    for step in (1, 2, 3, 4):
        await iphone.visit(f"/install?step={step}", f"/install on an iPhone, step {step}")
    for step in (1, 2, 3):
        await android.visit(f"/install?step={step}", f"/install on Android, step {step}")
    await other.visit("/install", "/install on a computer")
    for path in ("/join", "/help", "/privacy", "/offline", "/offline/unsent"):
        await iphone.visit(path)
    await iphone.visit("/nothing-is-here", "an address that does not exist")
    await _by_link(iphone, site)
    await _ask(other)
    await _join(iphone, site)
    await _reminders(iphone)
    return [iphone, android, other]


async def _by_link(phone: Inspection, site: RunningSite) -> None:
    """A link in an email or a text, opened where nobody is signed in."""
    visit = await site.book_visit(timedelta(days=3), site.cast.walter)
    _, token = await site.hand_over(visit.id, "text")
    await phone.visit(f"/go/{token}", "a link to a visit")
    await press(phone.page, "I'll be there")
    await sees(phone.page, "Thank you.")
    await phone.look("a link to a visit, answered")
    await phone.visit("/go/nothing", "a link that has ended")


async def _ask(phone: Inspection) -> None:
    await phone.page.goto("/join")
    await press(phone.page, "I have no code")
    await sees(phone.page, "Your number")
    await phone.look("/join/asked")


async def _join(phone: Inspection, site: RunningSite) -> None:
    page = phone.page
    await page.goto("/join")
    for code, name in (("0000 0000", "/join, a wrong code"), (await site.pairing_code(site.cast.rosa), "consent")):
        await fill(page, "Your code has 8 digits", code)
        await press(page, "Go on")
        await sees(page, "This code is not right" if "wrong" in name else "Before you start")
        await phone.look(name)
    await press(page, "I agree, let me in")
    await page.wait_for_url("**/reminders")


async def _reminders(phone: Inspection) -> None:
    page = phone.page
    await phone.look("/reminders")
    await press(page, "Turn on reminders")
    await sees(page, "This phone says no")
    await phone.look("/reminders, not allowed")
    await phone.visit("/reminders/help")
    await press(page, "Send another test")
    await page.wait_for_url("**/reminders/test*")
    await phone.look("/reminders/test")
    assert await page.evaluate(SUBSCRIBE) == 200
    await phone.visit("/reminders", "/reminders, on")


SETTINGS = (
    "",
    "/look",
    "/reminders",
    "/phones",
    "/language",
    "/quiet",
    "/times",
    "/contact",
    "/scan",
    "/pause",
    "/leave",
)


async def walk_about(browser: Browser, site: RunningSite) -> list[Inspection]:
    """Home and what it leads to."""
    page = await phone_of(browser, site, site.cast.rosa)
    phone = Inspection(page, PATIENT)
    await phone.visit("/", "home, nothing to do")
    await phone.visit("/answers", "/answers, none yet")
    visit = await site.book_visit(timedelta(days=3))
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    await site.check_in_due_now(site.cast.rosa, "daily-three")
    await phone.visit("/", "home, with a check-in and a visit")
    for reply in ("I'll be there", "I can't come"):
        await phone.visit(f"/visits/{visit.id}", f"a visit, before “{reply}”")
        await press(page, reply)
        await sees(page, "Thank you.")
        await phone.look(f"a visit, after “{reply}”")
    await phone_of(browser, site, site.cast.luis)
    for page_of in SETTINGS:
        await phone.visit(f"/settings{page_of}")
    await _let_in(phone, await new_page(browser, base_url=site.base_url))
    for path in ("/my-data", "/help", "/sign-out"):
        await phone.visit(path)
    missed = await site.missed_check_in(site.cast.rosa, "function")
    await phone.visit(f"/check-ins/{missed.id}", "a check-in that is closed")
    return [phone]


async def _let_in(phone: Inspection, new: Page) -> None:
    page = phone.page
    await new.goto("/join")
    await press(new, "I have no code")
    await phone.visit("/settings/phones/let-in")
    for number, said in (("0000 0000", "No phone shows this number"), (await _number_on(new), "It may go on")):
        await fill(page, "The number on the new phone", number)
        await press(page, "It is my phone")
        await sees(page, said)
        await phone.look(f"/settings/phones/let-in, {said}")
    await sees(new, "Before you start")


async def _number_on(new: Page) -> str:
    return await new.locator(".pairing").inner_text()


async def walk_through_check_ins(browser: Browser, site: RunningSite) -> list[Inspection]:
    """Questions of each kind, red flags, check and send, urgency, sent, in each of its states."""
    page = await phone_of(browser, site, site.cast.rosa)
    await without_background_sync(page)
    phone = Inspection(page, PATIENT)
    weekly = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    await phone.visit(f"/check-ins/{weekly.id}/who", "who answers, for the patient")
    await _red_flags(phone, weekly.id, (await site.check_in_due_now(site.cast.rosa, "day-after")).id)
    await phone.visit(f"/check-ins/{weekly.id}/q/pain?who=self", "a question, 0–10")
    await answer(page, "7")
    await page.goto(f"/check-ins/{weekly.id}")
    await answer_all(page, "Same as ever", "No trouble", "No trouble", "Skip", "Mostly good")
    await phone.look("check and send, weekly")
    await page.locator("summary").click()
    await press(page, "Chewing and swallowing")
    await sees(page, "How is chewing and swallowing?")
    await phone.look("a question, to change its answer")
    await page.goto(f"/check-ins/{weekly.id}/check")
    await _send(phone)
    await _seen_by_staff(phone, site, await desk_of(browser, site, site.cast.maria))
    await _same_as_last_time(phone, site)
    return [phone, await _helper(browser, site)]


FUNCTION = dict.fromkeys(("speech", "saliva", "swallowing", "handwriting", "cutting", "dressing", "walking"), "none")


async def _same_as_last_time(phone: Inspection, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "function", FUNCTION, whole=True)
    await phone.visit(f"/check-ins/{check_in.id}", "the same as last time?")
    await press(phone.page, "Some things changed")
    await sees(phone.page, "What has changed?")
    await phone.look("what has changed")
    await phone.page.goto(f"/check-ins/{check_in.id}/check")
    await phone.look("check and send, as last time")


async def _red_flags(phone: Inspection, weekly: str, day_after: str) -> None:
    page = phone.page
    await phone.visit(f"/check-ins/{weekly}/q/breathing?who=self", "a question, five steps")
    await answer(page, "Very hard")
    await phone.look("red flag, breathing")
    await answer(page, "Go on with the check-in")
    await answer(page, "Hard")
    await phone.look("a question, yes or no")
    await _without_a_network(phone)
    await answer(page, "Yes")
    await phone.look("red flag, choking")
    await page.goto(f"/check-ins/{weekly}/q/fall?who=self")
    await answer(page, "Yes")
    await phone.look("red flag, fall")
    await page.goto(f"/check-ins/{day_after}/q/mood?who=self")
    await answer(page, "Low")
    await answer(page, "Yes")
    await phone.look("red flag, crisis")


async def _without_a_network(phone: Inspection) -> None:
    """It stands at the choking question before and after."""
    page = phone.page
    await page.context.set_offline(True)
    await press(page, "Yes")
    await sees(page, "It is safe on this phone.")
    await phone.look("red flag, choking, without a network")
    await answer(page, "That was a mistake")
    await press(page, "No")
    await sees(page, "Your answers are safe on this phone.")
    await phone.look("a question, without a network")
    await phone.visit("/", "home, without a network")
    await page.context.route("**/answers", lambda route: route.abort())
    await page.context.set_offline(False)
    await phone.visit("/", "home, with an answer that waits")
    await phone.visit("/sign-out", "/sign-out, with an answer that waits")
    await page.context.unroute("**/answers")
    await page.goto("/")
    await nothing_waits(page)
    await sees_not(page, "waits on this phone")  # Home loads itself once more
    await answer(page, "Start")
    await answer(page, "Back")


async def _send(phone: Inspection) -> None:
    await press(phone.page, "Send to clinic")
    await phone.page.wait_for_url("**/urgency")
    await phone.look("urgency")
    await press(phone.page, "Reach me today")
    await sees(phone.page, "The clinic has received it")
    await phone.look("sent, nobody opened it")
    await phone.visit("/answers", "/answers, with trends")


async def _seen_by_staff(phone: Inspection, site: RunningSite, desk: Page) -> None:
    await desk.get_by_role("button", name="Take it").first.click()
    await desk.goto("/staff?show=new")
    await desk.get_by_role("link", name="Rosa Delgado").first.click()
    await sees(desk, "First opened by")
    weekly = tongues.named("Weekly check-in", await tongue_of(phone.page))
    await phone.page.get_by_role("link", name=weekly).first.click()
    await sees(phone.page, "Maria Alvarez")
    await phone.look("sent, opened and taken")


async def _helper(browser: Browser, site: RunningSite) -> Inspection:
    daily = await site.check_in_due_now(site.cast.rosa, "daily-three")
    page = await phone_of(browser, site, site.cast.luis)
    phone = Inspection(page, PATIENT)
    await page.goto(f"/check-ins/{daily.id}")
    await phone.look("who answers, for a helper")
    await answer_all(page, "My own view", "4", "No trouble")
    await phone.look("check and send, daily, a helper's own view")
    return phone
