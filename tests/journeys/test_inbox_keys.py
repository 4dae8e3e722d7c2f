"""The panel that lists the inbox's keyboard shortcuts."""

from playwright.async_api import Browser, expect

from tests.browser.people import desk_of, press
from tests.browser.running_site import RunningSite


async def test_the_panel_lists_the_keys_and_can_switch_them_off(chromium: Browser, site: RunningSite) -> None:
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.keyboard.press("?")
    panel = maria.get_by_role("dialog", name="Keyboard")
    for key in ("j", "k", "Enter", "a", "s", "e", "u", "?"):
        await expect(panel.locator("kbd", has_text=key).first).to_be_visible()
    await panel.get_by_label("Use these keys").uncheck()
    await panel.get_by_role("button", name="Close").click()
    await maria.keyboard.press("?")
    await expect(panel).to_be_hidden()
    await maria.reload()
    await maria.keyboard.press("?")
    await expect(panel).to_be_hidden()
    await press(maria, "Keyboard")
    await expect(panel).to_be_visible()


async def test_case_163_the_panel_of_keys_is_as_tall_as_its_content(chromium: Browser, site: RunningSite) -> None:
    maria = await desk_of(chromium, site, site.cast.maria)
    await press(maria, "Keyboard")
    panel = maria.get_by_role("dialog", name="Keyboard")
    await expect(panel).to_be_visible()
    assert await panel.evaluate("dialog => getComputedStyle(dialog).display") == "block"
    shown, content = await panel.bounding_box(), await panel.locator(".content").bounding_box()
    assert shown
    assert content
    assert shown["height"] - content["height"] < 60
