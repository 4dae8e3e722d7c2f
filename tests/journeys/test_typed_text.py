"""Text that a patient typed into a form is not lost where the form finds no network (case 91)."""

from datetime import timedelta
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import service_worker_is_active
from tests.browser.eventually import eventually
from tests.browser.people import evaluate, go, phone_of, press, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.browser.scripts import STORED
from tests.journeys.offline_bundle import BUNDLE

BACK = "What was typed is back. It has not been sent yet."
SAFE = "What was typed is safe on this phone."
NEW_NAME = "The phone in the kitchen"
# The answer to a visit, as a form that asks for a reason, and for secrets too.
ASK_WHY = """
new MutationObserver(() => {
  for (const form of document.querySelectorAll("form[action^='/visits/'][action$='/answer']:not(.asks)")) {
    form.classList.add("asks");
    form.insertAdjacentHTML("afterbegin", `
      <textarea name="note" aria-label="Why"></textarea><input name="phrase" type="password" aria-label="Password">
      <input name="number" autocomplete="one-time-code" aria-label="Number"><input name="pin" aria-label="PIN">`);
  }
}).observe(document, { childList: true, subtree: true });
"""


async def given_a_phone(chromium: Browser, site: RunningSite) -> Page:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await service_worker_is_active(rosa)
    await eventually(lambda: evaluate(rosa, f"{BUNDLE}.then(held => held !== null)"), "the phone to know whose it is")
    return rosa


async def stored(phone: Page) -> list[Any]:
    """What is stored of text: the name of each, and what it consists of."""
    found: list[Any] = await evaluate(phone, f"({STORED})()")
    return [thing for thing in found if thing[0].startswith("typed:")]


async def renames(phone: Page, name: str) -> None:
    await phone.locator("summary").first.click()
    await phone.get_by_label("New name").fill(name)
    await phone.get_by_role("button", name="Save the new name").click()


async def given_a_new_name_without_a_network(chromium: Browser, site: RunningSite) -> Page:
    rosa = await given_a_phone(chromium, site)
    await rosa.goto("/settings/phones")
    await rosa.context.set_offline(True)
    await renames(rosa, NEW_NAME)
    await sees(rosa, SAFE)
    return rosa


async def test_case_91_a_name_typed_without_a_network_is_back_in_its_field_until_it_was_sent(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await given_a_new_name_without_a_network(chromium, site)
    [[_, parts]] = await stored(rosa)
    assert sorted(parts) == ["box", "iv"]
    await rosa.context.set_offline(False)
    await press(rosa, "Open the page with the text")
    await sees(rosa, BACK)
    await expect(rosa.get_by_label("New name")).to_have_value(NEW_NAME)
    await rosa.get_by_role("button", name="Save the new name").click()
    await sees(rosa, NEW_NAME)
    await go(rosa, "/settings/phones")
    await sees_not(rosa, BACK)
    assert await stored(rosa) == []


async def test_case_91_a_reason_typed_without_a_network_is_back_and_no_secret_was_kept(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await given_a_phone(chromium, site)
    await rosa.context.add_init_script(ASK_WHY)
    visit = (await site.book_visit(timedelta(days=9))).id
    await rosa.goto(f"/visits/{visit}")
    await rosa.get_by_label("Why").fill("The van is broken.")
    for secret in ("Password", "Number", "PIN"):
        await rosa.get_by_label(secret).fill("4711")
    await rosa.context.set_offline(True)
    await press(rosa, "I can't come")
    await sees(rosa, SAFE)
    kept = await evaluate(rosa, "KeptText.of(location.pathname)")
    assert kept["fields"] == {"note": "The van is broken."}
    await rosa.context.set_offline(False)
    await go(rosa, f"/visits/{visit}")
    await expect(rosa.get_by_label("Why")).to_have_value("The van is broken.")
    await rosa.get_by_label("Why").fill("")
    await eventually(lambda: forgotten(rosa), "the text to be forgotten")


async def test_case_91_text_that_was_not_sent_goes_when_its_person_signs_out(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await given_a_new_name_without_a_network(chromium, site)
    await rosa.context.set_offline(False)
    await go(rosa, "/sign-out")
    await press(rosa, "Sign out")
    await rosa.wait_for_url("**/join")
    await eventually(lambda: forgotten(rosa), "the text to be forgotten")


async def forgotten(phone: Page) -> bool:
    return await stored(phone) == []
