"""Without a network, the phone itself asks how urgent an answer is (case 141)."""

from playwright.async_api import Browser, Page, expect

from server.flags.models import Flag
from server.responses.models import Response
from tests.browser.eventually import eventually
from tests.browser.people import answer, answer_all, nothing_waits, phone_of, press, sees, sees_not
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.journeys.offline_bundle import given_it_is_kept_offline, it_is_kept_offline
from tests.stories import rows

ASKED = "How urgent is this for you?"


async def urgency_of(site: RunningSite, item: str) -> list[str | None]:
    return [flag.urgency for flag in await rows(site.database, Flag, Flag.item == item)]


async def offline_at(chromium: Browser, site: RunningSite, slug: str = "weekly-als") -> tuple[Page, str]:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, slug, LAST_WEEK if slug == "weekly-als" else None)
    await rosa.context.set_offline(True)
    await rosa.goto(f"/check-ins/{check_in.id}")
    await sees(rosa, "1 of ")
    return rosa, check_in.id


async def test_case_141_a_red_answer_offline_asks_at_once_and_the_choice_travels_with_it(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, _ = await offline_at(chromium, site)
    await press(rosa, "Very hard")
    await sees(rosa, "Is it very hard to breathe right now?", ASKED)
    await press(rosa, "It can wait")
    await sees(rosa, "You said that it can wait.")
    await press(rosa, "Contact me today")
    await sees(rosa, "You asked the clinic to contact you today.")
    await rosa.goto("/")
    await rosa.context.set_offline(False)
    await rosa.reload()
    await nothing_waits(rosa)
    assert await urgency_of(site, "breathing") == ["today"]


async def test_case_141_a_sent_check_in_asks_unless_it_was_said_and_can_be_changed(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in_id = await offline_at(chromium, site)
    await answer_all(rosa, "No trouble", "Very hard", "No", "Same as ever", "No trouble", "No trouble", "No", "None")
    await answer_all(rosa, "1", "Good")
    await press(rosa, "Send to clinic")
    await expect(rosa.locator("h1")).to_have_text(ASKED)
    await press(rosa, "Contact me today")
    await sees(rosa, "Saved on this phone", "You asked the clinic to contact you today.")
    await press(rosa, "Change how urgent it is")
    await expect(rosa.get_by_role("button", name="Contact me today")).to_have_class("said")
    await press(rosa, "It can wait")
    await sees(rosa, "Saved on this phone", "You said that it can wait.")

    await rosa.context.set_offline(False)
    await rosa.wait_for_url(f"**/check-ins/{check_in_id}/sent")
    await sees(rosa, "The clinic has received it")
    await nothing_waits(rosa)
    assert [sent.urgency for sent in await rows(site.database, Response, Response.check_in_id == check_in_id)] == [
        "wait"
    ]
    await press(rosa, "Change how urgent it is")
    await press(rosa, "Contact me today")
    await sees(rosa, "The clinic has received it")
    assert await urgency_of(site, "swallowing") == ["today"]


async def test_case_141_a_choice_on_the_red_screen_is_not_asked_again_at_send(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, _ = await offline_at(chromium, site)
    await answer_all(rosa, "No trouble", "A little trouble", "Yes")
    await press(rosa, "It can wait")
    await sees(rosa, "You said that it can wait.")
    await answer_all(rosa, "Continue the check-in", "Same as ever", "No trouble", "No trouble", "No", "None", "1")
    await answer(rosa, "Good")
    await press(rosa, "Send to clinic")
    await sees(rosa, "Saved on this phone", "You said that it can wait.")


async def test_case_141_nothing_is_asked_after_steady_answers(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await offline_at(chromium, site, "daily-three")
    await answer_all(rosa, "1", "Good", "No trouble")
    await press(rosa, "Send to clinic")
    await sees(rosa, "Saved on this phone")
    await sees_not(rosa, ASKED, "Change how urgent it is")


async def test_case_141_without_the_check_in_on_the_phone_the_red_screen_asks_too(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, _ = await given_it_is_kept_offline(chromium, site, "weekly-als", LAST_WEEK)
    await rosa.goto((await rosa.locator("a.main").get_attribute("href")) or "/")
    await rosa.evaluate("OfflineBundle.signOut()")
    await rosa.context.set_offline(True)
    await press(rosa, "Very hard")
    await press(rosa, "Contact me today")
    await sees(rosa, "You asked the clinic to contact you today.")
    await rosa.context.set_offline(False)

    async def look() -> bool:
        return await urgency_of(site, "breathing") == ["today"]

    await eventually(look, "the choice to arrive")


async def test_case_104_offline_too_a_caregiver_reads_the_patients_name(chromium: Browser, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als")
    luis = await phone_of(chromium, site, site.cast.luis)
    await luis.goto("/")
    await it_is_kept_offline(luis)
    await luis.context.set_offline(True)
    await luis.goto(f"/check-ins/{check_in.id}")
    await press(luis, "What I see (the helper's view)")
    await expect(luis).to_have_title("How is Rosa's breathing? · Interlude")
    await press(luis, "Very hard")
    await sees(luis, "Is it very hard for Rosa to breathe right now?", "How urgent is this for Rosa?")
    await press(luis, "Contact Rosa today")
    await sees(luis, "You asked the clinic to contact Rosa today.")
    await sees_not(luis, "Is it very hard to breathe right now?", "for you?", "Contact me")
