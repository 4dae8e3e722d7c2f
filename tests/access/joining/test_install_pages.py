"""Each device gets its own steps to the Home Screen; whoever sees the wrong ones can choose (case 94)."""

import pytest

from tests.browser_without_screen import Browser, words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15"
STEPS = {
    "iphone": ("at the bottom of the screen", "Tap Share"),
    "ipad": ("at the top right of the screen", "Tap Share"),
    "android-phone": ("Add Interlude to your phone", "three dots"),
    "android-tablet": ("Add Interlude to your tablet", "three dots"),
}


@pytest.mark.parametrize("platform", STEPS)
async def test_case_94_each_device_gets_its_own_steps(browser: Browser, platform: str) -> None:
    browser.http.headers["user-agent"] = MAC
    page_text = words(await browser.get("/install", cookie=f"__Host-device={platform}.browser."))
    assert all(text in page_text for text in STEPS[platform])
    others = {text for other, (text, _) in STEPS.items() if other != platform}
    assert not [text for text in others if text in page_text]


@pytest.mark.parametrize("platform", STEPS)
async def test_case_94_without_a_script_the_person_chooses_the_device(browser: Browser, platform: str) -> None:
    browser.http.headers["user-agent"] = MAC
    page = await browser.get("/install")
    assert f'href="/install?on={platform}"' in page.text
    chosen = await browser.get(f"/install?on={platform}")
    assert STEPS[platform][0] in words(chosen)
    assert f"/install?step=2&amp;on={platform}" in chosen.text or f"/install?step=2&on={platform}" in chosen.text
    assert 'href="/install?on=computer"' in chosen.text


async def test_case_94_the_installed_app_shows_no_steps(browser: Browser) -> None:
    text = words(await browser.get("/install?step=2", cookie="__Host-device=ipad.app."))
    assert "Interlude is on your Home Screen" in text
    assert "Tap Add" not in text


@pytest.mark.parametrize("kind", ["phone", "tablet"])
async def test_case_94_a_phone_of_another_maker_gets_steps_that_name_no_other(browser: Browser, kind: str) -> None:
    """Such as one of Huawei's with HarmonyOS, which is no Android."""
    page_text = words(await browser.get("/install", cookie=f"__Host-device={kind}.browser."))
    assert f"Another {kind} · Step 1 of 3 Add Interlude to your {kind}" in page_text
    assert "Android" not in page_text
    assert f"/install?on={kind}" in (await browser.get("/install?on=computer")).text


async def test_case_94_a_mail_app_that_looks_like_safari_is_left_where_the_steps_end(browser: Browser) -> None:
    """Gmail on an iPhone shows pages in Safari's own view: no header tells it, and its list may lack the entry."""
    page_text = words(await browser.get("/install?step=2", cookie="__Host-device=iphone.browser."))
    assert "Tap the compass to open Safari" in page_text


@pytest.mark.parametrize("step", ["-1", "0", "99"])
async def test_a_step_that_does_not_exist_leads_to_the_nearest(browser: Browser, step: str) -> None:
    text = words(await browser.get(f"/install?step={step}", cookie="__Host-device=iphone.browser."))
    assert ("Step 4 of 4" if step == "99" else "Step 1 of 4") in text


@pytest.mark.parametrize(
    ("device", "says"),
    [
        ("iphone", "First open this page in Safari"),
        ("ipad", "First open this page in Safari"),
        ("android-phone", "First open this page in your browser"),
        ("android-tablet", "First open this page in your browser"),
    ],
)
async def test_case_94_inside_another_app_the_browser_comes_first(browser: Browser, device: str, says: str) -> None:
    browser.http.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14; K; wv) [FB_IAB/FB4A;FBAV/490]"
    cookie = f"__Host-device={device}.browser."
    page = await browser.get("/install", cookie=cookie)
    assert says in words(page)
    assert "Step 1" not in words(page)
    assert "Show me how" not in words(page)  # the steps cannot work here
    assert f'href="/install?on={device}">Show the steps anyway</a>' in page.text
    assert STEPS[device][0] in words(await browser.get(f"/install?on={device}", cookie=cookie))
