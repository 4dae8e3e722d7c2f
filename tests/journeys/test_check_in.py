"""A patient answers between visits. The clinic sees what matters, and the patient sees what the clinic does."""

from playwright.async_api import Browser, Locator, Page, expect

from server.checkins.models import CheckIn
from tests.browser.people import answer, answer_all, desk_of, phone_of, press, sees, sees_not
from tests.browser.running_site import LAST_WEEK, RunningSite

# No trouble except with swallowing, which was a little. That answer brings up the question about choking.
WORSE = ("No trouble", "Hard", "No", "Same as ever", "No trouble", "No trouble", "No", "None", "1", "Good")


async def test_worse_swallowing_is_sent_and_taken_and_rosa_reads_who_has_it(
    chromium: Browser, site: RunningSite
) -> None:
    check_in = await given_a_weekly_check_in(site)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    maria = await desk_of(chromium, site, site.cast.maria)

    await when_she_starts_it(rosa)
    await answer_all(rosa, *WORSE)
    await expect(rosa.locator("h1")).to_have_text("Check and send")
    await press(rosa, "Send to clinic")
    await expect(rosa.locator("h1")).to_have_text("The clinic has your answers. How urgent is this for you?")
    await press(rosa, "Contact me today")
    await then_the_clinic_has_it_and_nobody_opened_it(rosa)
    assert await site.responses_to(check_in) == 1

    await then_it_is_in_the_inbox_with_its_reason(maria)
    await press(maria, "Assign to me Rosa Delgado, Chewing and swallowing")
    await rosa.reload()
    await sees(rosa, "Maria Alvarez will contact you")

    await when_she_opens_the_answers(maria)
    await rosa.reload()
    await expect(fact(rosa, "Opened")).to_contain_text("Maria Alvarez, ")

    await when_she_acknowledges_it(maria)
    await rosa.reload()
    await sees(rosa, "Maria Alvarez has called")
    await maria.goto("/staff")
    await sees(maria, "No one is waiting.")
    await maria.goto("/staff?show=done")
    await sees(maria, "Rosa Delgado", "Hard (last time: A little trouble)")


async def test_choking_shows_what_to_do_at_once_and_reaches_the_clinic_before_send(
    chromium: Browser, site: RunningSite
) -> None:
    check_in = await given_a_weekly_check_in(site)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    maria = await desk_of(chromium, site, site.cast.maria)

    await when_she_starts_it(rosa)
    await answer_all(rosa, "No trouble", "A little trouble", "Yes")

    await then_she_reads_what_to_do_now(rosa)
    await sees(rosa, "Continue the check-in", "That was a mistake")
    await maria.reload()
    await sees(maria, "Rosa Delgado", "Choking: yes")
    assert await site.responses_to(check_in) == 0

    # Rosa corrects a mistake. Both answers stay on record, and the flag does not go away by itself.
    await answer_all(rosa, "That was a mistake", "No")
    await expect(rosa.locator("h1")).to_have_text("How is speaking?")
    await maria.reload()
    await sees(maria, "Choking")


async def test_case_71_choking_shows_what_to_do_without_a_network_too(chromium: Browser, site: RunningSite) -> None:
    await given_a_weekly_check_in(site)
    rosa = await phone_of(chromium, site, site.cast.rosa)

    await when_she_starts_it(rosa)
    await answer_all(rosa, "No trouble", "A little trouble")
    await rosa.context.set_offline(True)
    await press(rosa, "Yes")

    await then_she_reads_what_to_do_now(rosa)
    await sees(rosa, "The clinic has not received this answer yet.")
    await sees_not(rosa, "The clinic has received this answer.")


async def test_a_second_tap_does_not_answer_the_next_question(chromium: Browser, site: RunningSite) -> None:
    """The end of a double tap falls on the page that has just appeared."""
    await given_a_weekly_check_in(site)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    posted: list[str] = []
    rosa.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)

    await when_she_starts_it(rosa)
    await rosa.evaluate(
        """() => document.addEventListener("htmx:afterSwap", () => document.querySelector("[name=answer]").click())"""
    )
    await answer(rosa, "No trouble")
    await expect(rosa.locator("h1")).to_have_text("How is chewing and swallowing?")
    await answer(rosa, "No trouble")
    await expect(rosa.locator("h1")).to_have_text("How is speaking?")
    assert [url.rpartition("/")[2] for url in posted if "/q/" in url] == ["breathing", "swallowing"]


async def test_a_check_in_is_sent_even_if_the_service_worker_does_not_register(
    chromium: Browser, site: RunningSite
) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    rosa = await phone_of(chromium, site, site.cast.rosa, service_workers="block")
    await rosa.goto(f"/check-ins/{check_in.id}")
    await answer_all(rosa, "2", "Mostly good", "No trouble")
    await press(rosa, "Send to clinic")
    await sees(rosa, "The clinic has received it")
    assert await site.responses_to(check_in) == 1


async def test_a_check_in_works_without_javascript(chromium: Browser, site: RunningSite) -> None:
    check_in = await given_a_weekly_check_in(site)
    rosa = await phone_of(chromium, site, site.cast.rosa, java_script_enabled=False)

    await when_she_starts_it(rosa)
    await answer_all(rosa, *WORSE)
    await expect(rosa.locator("h1")).to_have_text("Check and send")
    await press(rosa, "Send to clinic")
    await press(rosa, "It can wait")

    await then_the_clinic_has_it_and_nobody_opened_it(rosa)
    assert await site.responses_to(check_in) == 1


async def test_a_week_without_changes_takes_two_presses(chromium: Browser, site: RunningSite) -> None:
    """From the notification's page: Same as last time, then Send to clinic."""
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK, whole=True)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto(f"/check-ins/{check_in.id}")
    await sees(rosa, "Is it all the same as last time?", "A little trouble")
    await press(rosa, "Same as last time")
    await expect(rosa.locator("h1")).to_have_text("Check and send")
    await press(rosa, "Send to clinic")
    await then_the_clinic_has_it_and_nobody_opened_it(rosa)
    assert await site.responses_to(check_in) == 1


async def given_a_weekly_check_in(site: RunningSite) -> CheckIn:
    """A weekly check-in is due now. Last week's had a little trouble with swallowing."""
    return await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)


async def when_she_starts_it(phone: Page) -> None:
    await phone.goto("/")
    await sees(phone, "is ready", "Weekly check-in")
    await answer(phone, "Start")
    await sees(phone, "1 of 9")


def fact(phone: Page, name: str) -> Locator:
    """The text beside `name` on the page of a check-in that was sent."""
    return phone.locator("dl div").filter(has=phone.get_by_text(name, exact=True)).locator("dd")


async def then_she_reads_what_to_do_now(phone: Page) -> None:
    """Rosa reads what to do now. One press calls the emergency number or the clinic."""
    await expect(phone.locator("h1")).to_have_text("Are you able to breathe?")
    numbers = [await link.get_attribute("href") for link in await phone.locator("a[href^='tel:']").all()]
    assert numbers == ["tel:911", "tel:+12125550140"]


async def then_the_clinic_has_it_and_nobody_opened_it(phone: Page) -> None:
    await expect(phone.locator("h1")).to_have_text("The clinic has received it")
    await expect(fact(phone, "Opened")).to_have_text("Not yet")
    await sees_not(phone, "Maria")


async def then_it_is_in_the_inbox_with_its_reason(desk: Page) -> None:
    await desk.reload()
    (row,) = await desk.locator(".inbox li").all()
    for words in ("Rosa Delgado", "Chewing and swallowing: Hard (last time: A little trouble)", "wants contact today"):
        await expect(row).to_contain_text(words)


async def when_she_opens_the_answers(desk: Page) -> None:
    """Staff open the newest answers from the patient's page, to which the row leads."""
    await press(desk, "Rosa Delgado")
    await press(desk, "Open patient Rosa Delgado")
    await desk.get_by_role("link", name="Weekly check-in").first.click()
    await sees(desk, "How is chewing and swallowing?", "Hard", "wants to be contacted today")
    await press(desk, "Rosa Delgado")


async def when_she_acknowledges_it(desk: Page) -> None:
    await desk.get_by_label("Called").check()
    await desk.get_by_label("Note", exact=True).first.fill("Speech therapist on Thursday.")
    await press(desk, "Acknowledge")
    await sees(desk, "None open.")
