"""The app scans the clinic's QR code if the browser can read one. Otherwise the person types the code."""

from playwright.async_api import Browser, Page, expect

from tests.browser.camera import READS
from tests.browser.chromium import new_page
from tests.browser.people import press, sees, sees_not
from tests.browser.running_site import RunningSite

LIVE = "document.querySelector('video').srcObject?.getTracks().some(track => track.readyState === 'live') ?? false"


async def test_scanning_the_clinics_code_opens_the_join_page(chromium: Browser, site: RunningSite) -> None:
    phone = await at_join(chromium, site, permissions=["camera"])
    await press(phone, "Scan the code")
    await sees(phone, "Hold the phone so you can see the clinic's square code here.")
    assert await phone.evaluate(LIVE)
    for others in ("a shop's code", "https://elsewhere.example/join#12345678", site.url("/join#1234")):
        await when_it_sees(phone, others)
    await expect(phone.locator("#code")).to_have_value("")

    await when_it_sees(phone, site.url(f"/join#{await site.pairing_code(site.cast.rosa)}"))
    await press(phone, "I agree")
    await phone.wait_for_url("**/reminders")


async def test_one_press_stops_the_camera(chromium: Browser, site: RunningSite) -> None:
    phone = await at_join(chromium, site, permissions=["camera"])
    await press(phone, "Scan the code")
    await expect(phone.get_by_role("button", name="Stop the camera")).to_be_focused()
    await press(phone, "Stop the camera")
    await sees(phone, "Scan the code")
    await sees_not(phone, "Hold the phone", "The camera didn't open")
    assert not await phone.evaluate(LIVE)


async def test_if_the_camera_is_refused_the_code_can_be_typed(chromium: Browser, site: RunningSite) -> None:
    phone = await at_join(chromium, site)
    await press(phone, "Scan the code")
    await sees(phone, "The camera didn't open. Please type the code.")
    await sees_not(phone, "Hold the phone")


async def test_a_browser_that_cannot_read_codes_offers_no_scanner(chromium: Browser, site: RunningSite) -> None:
    phone = await new_page(chromium, base_url=site.base_url, permissions=["camera"])
    await phone.goto("/join")
    await phone.wait_for_load_state("networkidle")
    await sees_not(phone, "Scan the code")


async def test_no_other_page_may_use_the_camera(chromium: Browser, site: RunningSite) -> None:
    phone = await new_page(chromium, base_url=site.base_url, permissions=["camera"])
    await phone.goto("/install")
    asked = "navigator.mediaDevices.getUserMedia({video: true}).then(() => 'opened', error => error.name)"
    assert await phone.evaluate(asked) == "NotAllowedError"


async def at_join(chromium: Browser, site: RunningSite, **options: object) -> Page:
    phone = await new_page(chromium, base_url=site.base_url, **options)  # type: ignore[arg-type]
    await phone.add_init_script(READS)
    await phone.goto("/join")
    return phone


async def when_it_sees(phone: Page, words: str) -> None:
    """The camera sees this picture for long enough to read it twice."""
    await phone.evaluate("words => { inView = [words]; }", words)
    await phone.wait_for_timeout(600)
