"""Which device a browser runs on, by what its script tells and else by what its headers say (case 94)."""

import pytest

from server.access import platforms
from server.access.models import Device, JoinRequest
from server.access.platforms import DeviceSigns, Platform
from server.db import Database
from tests.access.scene import Issue, agreeing
from tests.browser_without_screen import Browser
from tests.stories import rows

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15"
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
HARMONY = "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile"
HARMONY_TABLET, HARMONY_PC = (HARMONY.replace("Phone", kind) for kind in ("Tablet", "PC"))
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140 Mobile"


@pytest.mark.parametrize(
    ("cookie", "agent", "hinted", "signs"),
    [
        ("ipad.browser.", MAC, "", DeviceSigns(Platform.IPAD, False)),
        ("ipad.app.", MAC, "", DeviceSigns(Platform.IPAD, True)),
        (
            "android-tablet.browser.Pixel%20Tablet",
            LINUX,
            "",
            DeviceSigns(Platform.ANDROID_TABLET, False, "Pixel Tablet"),
        ),
        ("computer.app", LINUX, "", DeviceSigns(Platform.COMPUTER, True)),
        ("", MAC, "", DeviceSigns(Platform.COMPUTER)),
        ("", LINUX, '"Android"', DeviceSigns(Platform.ANDROID_TABLET)),
        ("", ANDROID, '"Android"', DeviceSigns(Platform.ANDROID_PHONE)),
        ("", HARMONY, "", DeviceSigns(Platform.PHONE)),
        ("", HARMONY_TABLET, "", DeviceSigns(Platform.TABLET)),
        ("", HARMONY_PC, "", DeviceSigns(Platform.COMPUTER)),
        ("phone.browser.", HARMONY, "", DeviceSigns(Platform.PHONE, False)),
        ("toaster.app.", "iPhone", "", DeviceSigns(Platform.IPHONE)),
        ("iphone.", "iPad", "", DeviceSigns(Platform.IPAD)),
        ("android-phone.app.K", "", "", DeviceSigns(Platform.ANDROID_PHONE, True)),
        ("android-phone.app.%3Cb%3E", "", "", DeviceSigns(Platform.ANDROID_PHONE, True)),
        ("android-phone.app.%", "", "", DeviceSigns(Platform.ANDROID_PHONE, True)),
    ],
)
def test_case_94_what_the_script_tells_comes_before_the_headers(
    cookie: str, agent: str, hinted: str, signs: DeviceSigns
) -> None:
    assert platforms.read(cookie, agent, hinted) == signs


IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.0.0"


@pytest.mark.parametrize(
    ("agent", "is_embedded"),
    [
        (f"{IOS} Mobile/22B83 [FBAN/FBIOS;FBAV/490.0.0;FBDV/iPhone15,2]", True),
        (f"{IOS} Mobile/22B83 Instagram 358.0 (iPhone15,2; iOS 18_1; en_US)", True),
        (f"{IOS} GSA/343.0 Mobile/15E148 Safari/604.1", True),
        (f"{IOS} Mobile/22B83 Safari Line/14.19.0", True),
        (f"Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) {CHROME} Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/490]", True),
        (f"Mozilla/5.0 (Linux; Android 13; SM-T870; wv) {CHROME} Safari/537.36", True),
        (f"{IOS} Version/18.1 Mobile/15E148 Safari/604.1", False),
        (f"{IOS} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1", False),
        (f"{IOS} FxiOS/133.0 Mobile/15E148 Safari/605.1.15", False),
        (f"{IOS} Version/18.0 EdgiOS/130.0 Mobile/15E148 Safari/604.1", False),
        ("Mozilla/5.0 (Linux; Android 10; K) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/131.0.0.0 Mobile Safari/537.36 OPR/86.0", False),
        ("Mozilla/5.0 (Android 14; Tablet; rv:133.0) Gecko/133.0 Firefox/133.0", False),
        (MAC, False),
        (LINUX, False),
    ],
)
@pytest.mark.parametrize("cookie", ["", "iphone.browser."])
def test_case_94_a_page_inside_another_app_is_known(agent: str, is_embedded: bool, cookie: str) -> None:
    assert platforms.read(cookie, agent).is_embedded is is_embedded
    assert not platforms.read("iphone.app.", agent).is_embedded


@pytest.mark.parametrize("agent", [f"{IOS} Mobile/15E148", MAC.partition(" Version")[0]])
def test_case_94_an_app_that_does_not_name_itself_is_known_by_what_it_lacks(agent: str) -> None:
    """So is the app on the Home Screen: only the script can tell it from those."""
    assert platforms.read("ipad.browser.", agent).is_embedded
    assert not platforms.read("ipad.app.", agent).is_embedded
    assert not platforms.read("", agent).is_embedded


@pytest.mark.parametrize(
    ("cookie", "agent", "name"),
    [
        ("ipad.app.", MAC, "iPad"),
        ("iphone.browser.", MAC, "iPhone"),
        ("android-tablet.app.Pixel%20Tablet", LINUX, "Pixel Tablet"),
        ("android-tablet.app.SM-X710", LINUX, "Android tablet (SM-X710)"),
        ("android-tablet.app.", LINUX, "Android tablet"),
        ("android-phone.app.", ANDROID, "Android phone"),
        ("computer.browser.", MAC, "Mac"),
        ("phone.browser.", HARMONY, "Phone"),
        ("", HARMONY_TABLET, "Tablet"),
        ("", LINUX, "Linux computer"),
    ],
)
def test_case_94_a_device_gets_the_name_that_people_use(cookie: str, agent: str, name: str) -> None:
    assert platforms.name_of(platforms.read(cookie, agent), agent) == name


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("way", ["code", "number"])
async def test_case_94_an_ipad_joins_as_an_ipad(browser: Browser, issue: Issue, database: Database, way: str) -> None:
    browser.http.headers["user-agent"] = MAC
    cookies = f"__Host-csrf={await browser.csrf()}; __Host-device=ipad.app."
    if way == "number":
        await browser.submit("/join/ask", cookie=cookies)
        assert [asked.device_name for asked in await rows(database, JoinRequest)] == ["iPad"]
        return
    await browser.submit("/join", agreeing(await issue()), cookie=cookies)
    assert [device.name for device in await rows(database, Device)] == ["iPad"]
