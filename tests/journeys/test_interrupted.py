"""A session that ends in mid-note, a phone that two people use, two patients of one name, a reply seen at a glance."""

from datetime import timedelta

import pyotp
from playwright.async_api import Browser, Page, expect
from sqlalchemy import update

from server.access.models import DeviceSession
from server.access.staff import accounts
from server.access.staff.accounts import NewCredentials
from server.clock import system_clock
from server.flags.models import FlagNote
from tests.browser.people import desk_of, fill, join, phone_of, press, sees, sees_not
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.cast import acting
from tests.journeys.inbox import SWALLOWING, when_all_is_answered
from tests.stories import rows

PASSWORD = "a long sentence of hers"
NOTE = "Called Luis: thicker drinks from today. Speech therapy is to come on Thursday."


async def test_case_91_a_nurse_whose_session_ends_in_mid_note_loses_nothing(
    chromium: Browser, site: RunningSite
) -> None:
    secret = await given_she_has_a_password(site)
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    await when_all_is_answered(await phone_of(chromium, site, site.cast.rosa), SWALLOWING)
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.get_by_role("link", name="Rosa Delgado").click()
    await maria.get_by_label("Add a note").fill(NOTE)
    async with site.database.writing() as db:
        await db.execute(update(DeviceSession).values(ended_at=system_clock()))
    await save_note(maria)
    await sees(maria, "You were signed out, so this was not saved")
    await when_she_signs_in(maria, secret)
    await sees(maria, "Your text is back")
    await expect(maria.get_by_label("Add a note")).to_have_value(NOTE)
    await save_note(maria)
    await sees(maria, NOTE)
    assert [note.text for note in await rows(site.database, FlagNote)] == [NOTE]


async def save_note(desk: Page) -> None:
    await desk.locator('form[action$="/note"]').get_by_role("button", name="Save").click()


async def given_she_has_a_password(site: RunningSite) -> str:
    """Set two minutes ago, because a code works once."""
    secret, then = pyotp.random_base32(), system_clock() - timedelta(minutes=2)
    new = NewCredentials(PASSWORD, secret, pyotp.TOTP(secret).at(then))
    assert await accounts.set_credentials(site.database, acting(site.cast.maria), new, then) is None
    return secret


async def when_she_signs_in(desk: Page, secret: str) -> None:
    await fill(desk, "Email", "maria@harbor.example")
    await fill(desk, "Password", PASSWORD)
    await fill(desk, "Code from your authenticator app", pyotp.TOTP(secret).now())
    await press(desk, "Sign in")


async def test_case_97_two_people_on_one_phone_each_know_whose_it_is(chromium: Browser, site: RunningSite) -> None:
    phone = await phone_of(chromium, site, site.cast.rosa)
    await phone.goto("/join")
    await sees(phone, "This is Rosa Delgado's phone")
    await fill(phone, "Your code has 8 digits", await site.pairing_code(site.cast.walter))
    await press(phone, "Continue")
    await sees(phone, "Rosa Delgado will be signed out here", "From then on it's Walter Brandt's phone")
    await phone.goto("/settings")
    await sees(phone, "This is Rosa Delgado's phone")  # nothing has happened yet
    await join(phone, site, site.cast.walter)
    await phone.goto("/settings")
    await sees(phone, "This is Walter Brandt's phone")


async def test_case_114_a_second_patient_of_the_same_name_is_told_from_the_first(
    chromium: Browser, site: RunningSite
) -> None:
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.goto("/staff/patients/new")
    await maria.get_by_label("Name", exact=True).fill("delgado, rosa")
    await maria.get_by_label("Birth date").fill("1950-01-02")
    await press(maria, "Save")
    await sees(maria, "Is this the same person?")
    await expect(maria.get_by_label("Birth date")).to_have_value("1950-01-02")
    await press(maria, "It's another person. Save.")
    await sees(maria, "born Jan 2, 1950")
    await maria.goto("/staff/patients?q=ROSA")
    await expect(maria.locator("main").get_by_role("link", name="Rosa")).to_have_count(2)
    await sees(maria, "born Jan 2, 1950")


async def test_case_100_a_stranger_sees_at_a_glance_that_she_can_not_come(chromium: Browser, site: RunningSite) -> None:
    """The reply is in large letters, in view, and the only one in view."""
    visit = await site.book_visit(timedelta(days=2))
    rosa = await phone_of(chromium, site, site.cast.rosa)
    for path in ("/", f"/visits/{visit.id}"):
        await rosa.goto(path)
        if path == "/":
            await press(rosa, "I can't come")
            await rosa.goto(path)
        reply = rosa.locator(".said")
        await expect(reply).to_contain_text("I can't come")
        await expect(reply).to_be_in_viewport()
        assert await reply.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") >= 18
        await sees_not(rosa, "I'll be there", "Ask for another time")


async def test_case_84_a_long_note_is_counted_and_never_cut(chromium: Browser, site: RunningSite) -> None:
    """Pasted, as text mostly comes: a limit of the field itself would cut it without a word."""
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.goto("/staff/visits/new")
    field = maria.get_by_label("Instructions for this visit")
    for length, words in ((1500, ""), (1700, "1700 of 2000 characters"), (2100, "2100 of 2000 characters")):
        await field.fill("x" * length)
        await expect(maria.locator("output")).to_have_text(words)
    await press(maria, "Book")
    assert await field.evaluate("each => each.validationMessage") == "2100 of 2000 characters"
    await field.fill("x\n" * 1000)  # each line ends in two characters once it is sent
    await expect(maria.locator("output")).to_have_text("2998 of 2000 characters")
