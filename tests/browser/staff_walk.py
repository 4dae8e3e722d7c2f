"""Walks through every page of the staff, in each of its states, through the app itself."""

from datetime import timedelta

from playwright.async_api import Browser, expect

from server.desk.past_pages import Past
from server.questionnaires.answers import Value

from .chromium import DESKTOP, new_page
from .inspection import Inspection
from .measures import STAFF
from .people import answer_all, desk_of, phone_of, press, sees
from .running_site import RunningSite

STEADY: dict[str, Value] = {"pain": 2, "mood": "none", "breathing": "none"}


async def walk_to_the_door(browser: Browser, site: RunningSite) -> list[Inspection]:
    page = await new_page(browser, size=DESKTOP, base_url=site.base_url)
    desk = Inspection(page, STAFF)
    await desk.visit("/staff/sign-in")
    for label, words in (("Email", "maria@harbor.example"), ("Password", "twelve letters"), ("Code", "000000")):
        await page.get_by_label(label).fill(words)
    await press(page, "Sign in")
    await sees(page, "don't match")
    await desk.look("/staff/sign-in, refused")
    await desk.visit("/staff/link#nothing", "/staff/link")
    await press(page, "Sign in")
    await sees(page, "This link has already been used")
    await desk.look("/staff/link, refused")
    for path in ("/offline/desk", "/offline/desk/unsent"):
        await desk.visit(path)
    return [desk]


async def walk_the_desk(browser: Browser, site: RunningSite) -> list[Inspection]:
    """The patients: one can't come, answers worse and fell; one was not reached and is silent. One flag is done."""
    await _a_bad_day(browser, site)
    page = await desk_of(browser, site, site.cast.ruth)
    desk = Inspection(page, STAFF)
    await sees(page, "Rosa Delgado", "can't come", "Texts to read")
    await desk.look("inbox, needs action")
    await _one_flag_opened(desk)
    await desk.visit("/staff?show=new", "inbox, new")
    await desk.visit("/staff?show=unreached", "inbox, not reached")
    await _late(desk)
    await _one_flag_done(desk)
    await desk.visit("/staff?show=done", "inbox, done")
    await _patient(desk, site)
    await _visits(desk)
    await _clinic(desk)
    await _end_of_care(desk, site)
    return [desk]


async def _a_bad_day(browser: Browser, site: RunningSite) -> None:
    await site.check_in_due_now(site.cast.rosa, "daily-three", STEADY)
    await site.missed_check_in(site.cast.walter, "weekly-als")
    await site.book_visit(timedelta(days=2))
    unreached = await site.book_visit_with_reminder_in(1, site.cast.walter)
    rosa = await phone_of(browser, site, site.cast.rosa)
    await phone_of(browser, site, site.cast.luis)
    await rosa.goto("/")
    await press(rosa, "I can't come")
    await sees(rosa, "Thank you.")
    await rosa.goto("/")
    await answer_all(rosa, "Start", "9", "Low", "Very hard", "Continue the check-in")
    await press(rosa, "Send to clinic")
    await press(rosa, "Contact me today")
    await sees(rosa, "The clinic has received it")
    await site.wait_for_reminder(unreached.id, "failed")
    for words in ("Is there a place to park close to the door? My wheelchair does not fold.", "STOP"):
        await site.text(words, site.cast.rosa)


async def _one_flag_opened(desk: Inspection) -> None:
    """A flag opened in its row and on its own page, and the panel of keys."""
    page = desk.page
    await page.locator("#flags [data-open]").nth(1).click()
    await sees(page, "Outcome for")
    await page.locator("summary", has_text="Snooze").click()
    await desk.look("inbox, a flag opened in its row")
    await page.get_by_role("button", name="Keyboard").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await desk.look("inbox, the panel of keys")
    await page.get_by_role("button", name="Close").click()
    await page.goto(await page.locator("#flags [data-open]").first.get_attribute("href") or "")
    await desk.look("a flag on a page of its own")


async def _late(desk: Inspection) -> None:
    page = desk.page
    await page.goto("/staff?show=late")
    await page.get_by_text("Log a call").first.click()
    await desk.look("inbox, late")
    await page.get_by_role("link", name="Enter answers").first.click()
    await desk.look("a check-in by phone")
    await press(page, "Save these answers")
    await sees(page, "Save without answers?")
    await desk.look("a check-in by phone, refused")
    await page.get_by_role("group", name="Did you fall this week?").get_by_label("Yes").check()
    await press(page, "Save these answers")
    await sees(page, "Urgent: tell the patient now, on the phone")
    await desk.look("a response by phone, with a red flag")
    await page.get_by_role("link", name="Correct these answers").click()
    await desk.look("correcting answers by phone")
    await page.get_by_role("group", name="Did you fall this week?").get_by_label("No").check()
    await press(page, "Save these answers")
    await sees(page, "Before the correction: entered by Ruth Lindqvist")
    await desk.look("a corrected response")


async def _one_flag_done(desk: Inspection) -> None:
    page = desk.page
    await page.goto("/staff")
    await page.locator("#flags [data-open]").last.click()
    await page.get_by_label("Called").check()
    await page.get_by_role("button", name="Acknowledge").click()
    await sees(page, ": Called.")
    await desk.look("inbox, with what was just done")


async def _patient(desk: Inspection, site: RunningSite) -> None:
    page, rosa = desk.page, f"/staff/patients/{site.cast.rosa.id}"
    await desk.visit("/staff/patients")
    await desk.visit("/staff/patients?q=nobody", "/staff/patients, nobody found")
    await desk.visit("/staff/patients/new")
    await page.get_by_label("Name").fill("Nora Bell")
    await page.get_by_label("Email").fill("nora..bell@harbor.example")
    await press(page, "Save")
    await sees(page, "email address")
    await desk.look("/staff/patients/new, refused")
    await page.get_by_label("Email").fill("")
    await page.get_by_label("Phone", exact=True).fill("(212) 555-0140 ext. 12")
    await press(page, "Save")
    await sees(page, "Text messages can't go to an extension.")
    await desk.look("/staff/patients/new, with a number refused")
    await desk.visit(f"{rosa}/edit", "a patient, to edit")
    await desk.visit(rosa, "a patient")
    await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    await desk.look("a patient, all unfolded")
    await page.locator("a[href^='/staff/devices/']").first.click()
    await desk.look("signing out a phone")
    await page.goto(rosa)
    await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    await page.locator("#plans").get_by_role("link", name="End").first.click()
    await sees(page, "End this check-in plan?")
    await desk.look("a plan, asked about before it ends")
    await desk.visit(f"{rosa}/print", "the sheet for a visit")
    for what in Past:
        await desk.visit(f"{rosa}/past/{what}", f"a patient's past: {what}")
    await page.goto(rosa)
    await press(page, "Pair the patient's phone")
    await sees(page, "Pair Rosa Delgado's phone")
    await desk.look("pairing")
    await desk.visit(f"{rosa}/devices", "pairing, by the phone's number")
    await page.goto(rosa)
    await page.get_by_role("link", name="Three quick questions").first.click()
    await sees(page, "How bad is your pain today?")
    await desk.look("a response")


async def _end_of_care(desk: Inspection, site: RunningSite) -> None:
    page = desk.page
    walter = f"/staff/patients/{site.cast.walter.id}"
    await desk.visit(walter)
    await page.locator("summary", has_text="Pause all messages").click()
    await desk.look("a pause, asked about")
    await page.get_by_label("For one week").check()
    await press(page, "in hospital")
    await sees(page, "Resume")
    await page.locator("summary", has_text="Change the pause").click()
    await desk.look("a pause, about to be changed")
    await desk.visit("/staff/patients", "/staff/patients, one paused")
    await desk.visit(f"{walter}/care?why=death", "a death, asked about")
    await press(page, "Walter Brandt has died")
    await sees(page, "This was a mistake")
    await desk.look("a patient who has died")
    await desk.visit(f"{walter}/care/reverse", "a death, taken back")


async def _visits(desk: Inspection) -> None:
    page = desk.page
    await desk.visit("/staff/visits/at?place=nowhere", "the clinic's new address")
    await desk.visit("/staff/schedule")
    await page.locator("a.slot").first.click()
    await sees(page, "Mark as")
    await desk.look("a visit")
    await desk.visit("/staff/visits/new")
    await page.get_by_label("Patient").select_option("Rosa Delgado")
    await page.get_by_label("From").fill("2020-01-06")
    await press(page, "Book")
    await sees(page, "That time has passed.")
    await desk.look("/staff/visits/new, refused")
    await desk.visit("/staff/visits/none", "an address of staff that does not exist")


async def _clinic(desk: Inspection) -> None:
    page = desk.page
    await desk.visit("/staff/account")
    await desk.visit("/staff/clinic/channels")
    await desk.visit("/staff/clinic/on-call")
    await page.get_by_label("Place in the order, Ken Osei").select_option("1")
    await page.get_by_label("Phone for texts, Ken Osei").fill("none")
    await press(page, "Save")
    await sees(page, "Write the number in digits")
    await desk.look("/staff/clinic/on-call, refused")
    await _triggers(desk)
    await desk.visit("/staff/clinic")
    await desk.visit("/staff/team")
    await page.get_by_role("button", name="New link").first.click()
    await sees(page, "It works once, within 24 hours.")
    await desk.look("/staff/team, with a link")


async def _triggers(desk: Inspection) -> None:
    page = desk.page
    await desk.visit("/staff/triggers")
    await desk.visit("/staff/triggers/new?slug=weekly-als", "/staff/triggers/new")
    await page.get_by_label("Level, or steps").fill("9")
    await press(page, "See what it would raise")
    await sees(page, "the rule would never fire")
    await desk.look("/staff/triggers/new, refused")
    await page.get_by_label("Level, or steps").fill("2")
    await press(page, "See what it would raise")
    await sees(page, "It would have raised")
    await desk.look("/staff/triggers/new, previewed")
    await press(page, "Save")
    await page.get_by_role("link", name="Edit").first.click()
    await sees(page, "Versions", "built in")
    await desk.look("a rule")
    await press(page, "End this rule")
    await sees(page, "End this rule?")
    await desk.look("a rule, asked about before it ends")
    await page.get_by_label("Why?").fill("Nobody needs it.")
    await press(page, "End the rule")
    await sees(page, "Ended by", "Nobody needs it.")
    await page.locator("#ended summary").click()
    await desk.look("/staff/triggers, with one that has ended")
