"""A caregiver chooses the respondent and never sees mood (case 76)."""

from playwright.async_api import Browser, expect

from tests.browser.people import answer, answer_all, desk_of, phone_of, press, sees, sees_not
from tests.browser.running_site import RunningSite


async def test_case_76_a_caregivers_own_view_has_no_mood(chromium: Browser, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    luis = await phone_of(chromium, site, site.cast.luis)
    maria = await desk_of(chromium, site, site.cast.maria)

    await luis.goto("/")
    await answer(luis, "Start")
    await expect(luis.locator("h1")).to_have_text("Who is answering?")
    await sees(luis, "Rosa Delgado's answers, I tap for them", "What I see (the helper's view)")
    await answer(luis, "What I see (the helper's view)")
    await sees(luis, "1 of 2")
    await answer_all(luis, "4", "No trouble")
    await expect(luis.locator("h1")).to_have_text("Check and send")
    await sees(luis, "What you see: how Rosa Delgado is doing.")
    await sees_not(luis, "Mood")
    await press(luis, "Send to clinic")
    await expect(luis.locator("h1")).to_have_text("The clinic has received it")

    assert await site.responses_to(check_in) == 1
    await maria.goto("/staff?show=new")
    await press(maria, "Rosa Delgado")
    await sees(maria, "What Luis Delgado sees", "4 of 10")
    await sees_not(maria, "mood")


async def test_case_76_a_caregiver_does_not_go_on_as_the_patient_with_what_she_began(
    chromium: Browser, site: RunningSite
) -> None:
    """Two phones, one check-in. Her mood is not shown on his phone, and he is asked who answers."""
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    luis = await phone_of(chromium, site, site.cast.luis)

    await rosa.goto(f"/check-ins/{check_in.id}")
    await answer_all(rosa, "4", "Low")
    await luis.goto(f"/check-ins/{check_in.id}")
    await expect(luis.locator("h1")).to_have_text("Who is answering?")
    await luis.goto(f"/check-ins/{check_in.id}/check?who=self")
    await sees_not(luis, "Mood", "Low")
