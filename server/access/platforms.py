"""Which kind of device a browser runs on, and whether it is the app on the Home Screen. Pure.

The User-Agent alone misleads: iPads claim to be Macs, and Android tablets claim to be desktop computers. So
pwa/platform.js looks at touch, pointer and screen, and reports the platform in a cookie, which takes precedence.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from server.access.rules import device_name
from server.typed.text import one_line

LONGEST_MODEL = 40  # characters
# How apps identify themselves on pages that they open: Facebook's, Google's and others, and any Android WebView.
EMBEDDED = re.compile(
    r"\bFB(?:AN|AV|_IAB)\b|\b(?:Instagram|Line|GSA|Snapchat|Pinterest|MicroMessenger|LinkedInApp|TikTok|BytedanceWebview)\b"
    r"|\bmusical_ly|\bTwitter for |; wv\)"
)


class Platform(StrEnum):
    """Each platform has its own steps for the Home Screen. COMPUTER is every device without a Home Screen.

    PHONE and TABLET are devices of other makers, such as Huawei's with HarmonyOS.
    """

    IPHONE = "iphone"
    IPAD = "ipad"
    ANDROID_PHONE = "android-phone"
    ANDROID_TABLET = "android-tablet"
    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"


APPLE = (Platform.IPHONE, Platform.IPAD)
NAMES = {
    Platform.IPHONE: "iPhone",
    Platform.IPAD: "iPad",
    Platform.ANDROID_PHONE: "Android phone",
    Platform.ANDROID_TABLET: "Android tablet",
    Platform.PHONE: "Phone",
    Platform.TABLET: "Tablet",
}


@dataclass(frozen=True)
class DeviceSigns:
    """`is_app`: opened from the Home Screen; None if no script has said so. `model`: as the browser names it.

    `is_embedded`: a page inside another app, such as Facebook, which can add nothing to the Home Screen.
    """

    platform: Platform
    is_app: bool | None = None
    model: str = ""
    is_embedded: bool = False

    @property
    def may_need_home_screen(self) -> bool:
        """Whether this is an iPhone or iPad whose script has not said where the page is open."""
        return self.platform in APPLE and self.is_app is None

    @property
    def needs_home_screen(self) -> bool:
        """Whether this is an iPhone or iPad browser: only the Home Screen app gets reminders; they share no data."""
        return self.platform in APPLE and self.is_app is False


class Link(StrEnum):
    """A page that was opened in a browser where nobody is signed in."""

    CHECK_IN = "check-in"
    VISIT = "visit"


@dataclass(frozen=True)
class BrowserSigns:
    """The signs of a browser on the join page. `token` belongs to its session, even an ended one.

    `other_tokens` belong to a caregiver's sessions for other patients.
    """

    device: DeviceSigns
    link: Link | None = None
    token: str = ""
    other_tokens: tuple[str, ...] = ()


def read(cookie: str, user_agent: str, hinted: str = "") -> DeviceSigns:
    """Read the cookie of pwa/platform.js ("ipad.browser", "android-tablet.app.Pixel%20Tablet"); without it, guess.

    `hinted` is the header Sec-CH-UA-Platform, which some browsers send.
    """
    platform, _, rest = cookie.partition(".")
    place, _, model = rest.partition(".")
    if platform not in tuple(Platform) or place not in ("browser", "app"):
        return DeviceSigns(_guess(user_agent, hinted), is_embedded=_is_embedded(user_agent))
    is_app = place == "app"
    is_embedded = _is_embedded(user_agent) or (platform in APPLE and _is_bare(user_agent))
    return DeviceSigns(Platform(platform), is_app, _model(unquote(model)), not is_app and is_embedded)


def _is_embedded(user_agent: str) -> bool:
    return EMBEDDED.search(user_agent) is not None


def _is_bare(user_agent: str) -> bool:
    """Whether an iPhone or iPad sends this from a page inside another app, or from an app on the Home Screen."""
    return "AppleWebKit/" in user_agent and "Safari/" not in user_agent


def _guess(user_agent: str, hinted: str) -> Platform:
    if "iPhone" in user_agent or "iPod" in user_agent:
        return Platform.IPHONE
    if "iPad" in user_agent:
        return Platform.IPAD
    if "Android" in user_agent or "Android" in hinted:
        is_tablet = "Tablet" in user_agent or ("Safari/" in user_agent and "Mobile" not in user_agent)
        return Platform.ANDROID_TABLET if is_tablet else Platform.ANDROID_PHONE
    if "(Tablet; " in user_agent:
        return Platform.TABLET
    return Platform.PHONE if "Mobile" in user_agent and "(PC; " not in user_agent else Platform.COMPUTER


def _model(reported: str) -> str:
    """The model, or "" if it means nothing: some browsers send "K" to every site."""
    model = one_line(reported)[:LONGEST_MODEL]
    return model if re.fullmatch(r"[\w .()+/-]{2,}", model) else ""


def name_of(signs: DeviceSigns, user_agent: str) -> str:
    """A name that people understand: "iPad", "Pixel Tablet", "Android tablet (SM-X710)", "Windows computer"."""
    name = NAMES.get(signs.platform)
    if name is None:
        return device_name(user_agent)
    if not signs.model or signs.platform in APPLE:
        return name
    return signs.model if re.search("[a-z]{2}", signs.model) else f"{name} ({signs.model})"
