"""Read aloud: only at the press of a button, the question, its answers, and what to do now."""

from playwright.async_api import Browser, Page, expect

from tests.browser.people import answer, phone_of, press, sees
from tests.browser.running_site import LAST_WEEK, RunningSite

LISTEN = """
  window.spoken = [];
  speechSynthesis.speak = said => window.spoken.push([said.lang, said.text]);
"""


async def test_a_question_and_what_to_do_now_are_read_aloud_when_asked(chromium: Browser, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.context.add_init_script(LISTEN)
    await rosa.goto(f"/check-ins/{check_in.id}/q/breathing?who=self")
    assert await spoken(rosa) == []
    await press(rosa, "Read aloud")
    [[language, words]] = await spoken(rosa)
    assert language == "en"
    for sentence in ("How is your breathing?", "No trouble", "Very hard"):
        assert sentence in words
    await answer(rosa, "Very hard")
    await sees(rosa, "Is it very hard to breathe right now?")
    await press(rosa, "Read aloud")
    words = (await spoken(rosa))[-1][1]
    for sentence in ("If it is, call for help at once.", "911"):
        assert sentence in words


async def test_the_voice_is_slow_or_the_button_is_hidden_as_chosen(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.context.add_init_script("speechSynthesis.speak = said => (window.rate = said.rate);")
    await rosa.goto("/settings/look")
    await press(rosa, "Read aloud: on")
    await press(rosa, "Yes, slowly")
    await press(rosa, "Read aloud")
    assert await rosa.evaluate("window.rate") < 1
    await press(rosa, "No")
    await expect(rosa.get_by_role("button", name="Read aloud")).to_have_count(0)


async def spoken(page: Page) -> list[list[str]]:
    found: list[list[str]] = await page.evaluate("window.spoken")
    return found
