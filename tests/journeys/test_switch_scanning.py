"""Scanning with one switch: controls light up in turn, and a press anywhere, Space or Enter chooses the lit one."""

import asyncio
import time

from playwright.async_api import Browser, Page, expect

from tests.browser.interception import intercept
from tests.browser.people import LISTENING, phone_of, press, sees
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.browser.scripts import module

# Finds the position of the answer this far after the first, among all controls that take their turn.
ORDER = f"{module('switch-scanning.js')}.then(scanning => scanning.controlsInOrder())"
PLACE = f"nth => {ORDER}.then(all => all.indexOf(document.querySelectorAll('[name=answer]')[nth]))"
LIT = "document.querySelector('.lit')?.innerText.trim().split('\\n')[0]"


async def test_the_daily_three_work_with_one_switch(chromium: Browser, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await given_she_scans(rosa, "Fast: 1 second")
    await rosa.goto(f"/check-ins/{check_in.id}")
    steps = 0
    for question, wanted in (
        ("How bad is your pain today?", "2"),
        ("How is your mood today?", "Good"),
        ("How is your breathing today?", "No trouble"),
        ("Check and send", "Send to clinic"),
    ):
        await expect(rosa.locator("h1")).to_have_text(question)
        steps += await choose(rosa, wanted)
    await expect(rosa.locator("h1")).to_have_text("The clinic has received it")
    assert await site.responses_to(check_in) == 1
    assert steps <= 14


async def test_the_daily_three_by_median_answers_take_at_most_14_steps_and_28_seconds(
    chromium: Browser, site: RunningSite
) -> None:
    """At 2 s a step, with the first step half as long again."""
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await given_she_scans(rosa, "Medium: 2 seconds")
    places = []
    for question, median in (("pain", 5), ("mood", 2), ("breathing", 2)):
        await rosa.goto(f"/check-ins/{check_in.id}/q/{question}?who=self")
        places.append(await rosa.evaluate(PLACE, median))
    await rosa.goto(f"/check-ins/{check_in.id}/check?who=self")
    places.append(await rosa.evaluate(f"{ORDER}.then(all => all.findIndex(item => item.closest('[data-outbox]')))"))
    assert places == [5, 2, 2, 0]
    assert sum(place + 1 for place in places) <= 14
    assert sum(3 + 2 * (place - 1) for place in places if place) <= 28


async def test_what_to_do_now_and_the_way_on_take_their_turn(chromium: Browser, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await given_she_scans(rosa, "Fast: 1 second")
    await intercept(rosa, "**/q/fall", lambda route: asyncio.sleep(3600))
    await rosa.goto(f"/check-ins/{check_in.id}/q/fall?who=self")
    await choose(rosa, "Yes")
    await expect(rosa.locator("h1")).to_have_text("You had a fall")
    await expect(rosa.locator(".lit")).to_contain_text("Emergency")
    await sees(rosa, "The clinic has received this answer.")  # sent by the queue, because the connection is slow
    await choose(rosa, "Continue the check-in")
    await expect(rosa.locator("h1")).to_have_text("How are cramps, stiffness and twitches?")


async def test_scanning_rests_after_three_rounds_and_a_press_starts_it_again(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await given_she_scans(rosa, "Fast: 1 second")
    await rosa.goto("/answers")
    await expect(rosa.locator(".lit")).to_have_count(1)
    await expect(rosa.locator(".lit")).to_have_count(0, timeout=20_000)
    await rosa.mouse.click(5, 400)
    await expect(rosa.locator(".lit")).to_have_count(1)


async def test_a_touch_anywhere_presses_the_lit_control_only(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await given_she_scans(rosa, "Slow: 3 seconds")
    await rosa.goto("/settings")
    await expect(rosa.locator(".lit")).to_have_text("Text and language")
    await rosa.get_by_role("link", name="Sign out").click()
    await rosa.wait_for_url("**/settings/look")


async def given_she_scans(phone: Page, speed: str) -> None:
    """Rosa switches scanning on by hand. From then on, a touch does nothing else."""
    await phone.goto("/settings/scan")
    await press(phone, speed)
    await expect(phone.locator("body[data-scan]")).to_have_count(1)


async def choose(phone: Page, wanted: str) -> int:
    """Waits until the control is lit and presses Space. Returns the number of steps."""
    await phone.evaluate(LISTENING)
    seen: list[str] = []
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        lit = await phone.evaluate(LIT)
        if lit and lit != (seen or [""])[-1]:
            seen.append(lit)
        if lit == wanted:
            await phone.keyboard.press("Space")
            return len(seen)
        await phone.wait_for_timeout(50)
    raise AssertionError(f"{wanted!r} was never lit; seen: {seen}")
