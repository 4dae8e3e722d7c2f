"""Walks through every page of check-ins: questions, urgent screens, offline pages, sent pages, and a caregiver's."""

from playwright.async_api import Browser, Page

from . import tongues
from .inspection import Inspection
from .interception import refuse
from .measures import PATIENT
from .people import (
    answer,
    answer_all,
    desk_of,
    nothing_waits,
    phone_of,
    press,
    sees,
    sees_not,
    tongue_of,
    without_background_sync,
)
from .running_site import LAST_WEEK, RunningSite


async def walk_through_check_ins(browser: Browser, site: RunningSite) -> list[Inspection]:
    """Questions of each kind, urgent screens, check and send, urgency, and sent in each of its states."""
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
    await answer(page, "Continue the check-in")
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
    """The phone is at the question about choking before and after."""
    page = phone.page
    await page.context.set_offline(True)
    await press(page, "Yes")
    await sees(page, "It's safe on this phone.")
    await phone.look("red flag, choking, without a network")
    await answer(page, "That was a mistake")
    await press(page, "No")
    await sees(page, "Your answers are safe on this phone.")
    await phone.look("a question, without a network")
    await phone.visit("/", "home, without a network")
    await refuse(page, "**/answers")
    await page.context.set_offline(False)
    await phone.visit("/", "home, with an answer that waits")
    await phone.visit("/sign-out", "/sign-out, with an answer that waits")
    await page.unroute_all(behavior="wait")
    await page.goto("/")
    await nothing_waits(page)
    await sees_not(page, "waiting on this phone")  # Home reloads itself once more
    await answer(page, "Start")
    await answer(page, "Back")


async def _send(phone: Inspection) -> None:
    await press(phone.page, "Send to clinic")
    await phone.page.wait_for_url("**/urgency")
    await phone.look("urgency")
    await press(phone.page, "Contact me today")
    await sees(phone.page, "The clinic has received it")
    await phone.look("sent, nobody opened it")
    await phone.visit("/answers", "/answers, with trends")


async def _seen_by_staff(phone: Inspection, site: RunningSite, desk: Page) -> None:
    await desk.get_by_role("button", name="Assign to me").first.click()
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
    await answer_all(page, "What I see (the helper's view)", "4", "No trouble")
    await phone.look("check and send, daily, a helper's own view")
    return phone
