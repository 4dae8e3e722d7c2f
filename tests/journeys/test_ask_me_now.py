"""In another person's hands, only *Ask me this now* asks for the mood, and no caregiver's phone keeps it (case 123)."""

from playwright.async_api import Browser, Page, expect

from tests.browser.eventually import eventually
from tests.browser.people import answer, answer_all, phone_of, press, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.journeys.offline_bundle import given_it_is_kept_offline, it_is_kept_offline

KEPT = """async id => JSON.stringify([
  (await OfflineBundle.current())?.forms.map(form => form.kept), await OfflineBundle.draft(id, "patient"),
])"""


async def kept_on(phone: Page, check_in_id: str) -> str:
    found: str = await phone.evaluate(KEPT, check_in_id)
    return found


async def test_case_123_a_caregivers_phone_asks_for_the_mood_and_forgets_it(
    chromium: Browser, site: RunningSite
) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    luis = await phone_of(chromium, site, site.cast.luis)
    await luis.goto("/")
    await it_is_kept_offline(luis)
    await answer_all(luis, "Start", "Rosa Delgado's answers, I tap for them", "4", "No trouble")
    await sees(luis, "Check and send", "This is for Rosa Delgado alone.", "Not answered")
    await answer(luis, "Ask me this now")
    await sees(luis, "Only you answer this one", "How is your mood today?")
    await answer(luis, "Low")
    await expect(luis.locator("h1")).to_have_text("Check and send")
    await sees(luis, "Answered")
    await sees_not(luis, "Low")
    await eventually(lambda: luis.evaluate(f"OfflineBundle.draft('{check_in.id}', 'patient')"), "the other answers")
    assert '"pain"' in await kept_on(luis, check_in.id)
    assert "mood" not in await kept_on(luis, check_in.id)
    await press(luis, "Send to clinic")
    await expect(luis.locator("h1")).to_have_text("The clinic has received it")
    await sees_not(luis, "Mood", "Low")
    assert await site.responses_to(check_in) == 1


async def test_case_123_without_a_network_a_caregiver_does_not_see_the_mood(
    chromium: Browser, site: RunningSite
) -> None:
    """The caregiver holds the patient's own phone, which knows what she answered."""
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.context.set_offline(True)
    await rosa.goto(f"/check-ins/{check_in.id}")
    await answer_all(rosa, "4", "Low")
    await sees(rosa, "3 of 3")  # the answer is stored before the next question is shown
    await rosa.goto(f"/check-ins/{check_in.id}/who")
    await answer(rosa, "My answers, someone taps for me")
    await sees(rosa, "2 of 2")
    await answer(rosa, "No trouble")
    await sees(rosa, "Check and send", "4 of 10")
    await sees_not(rosa, "Mood", "Low")
    assert "mood" not in (await rosa.locator("[data-outbox]").get_attribute("data-outbox") or "")
    await rosa.goto(f"/check-ins/{check_in.id}/check?who=self")
    await sees(rosa, "Low")  # the answer is not lost
