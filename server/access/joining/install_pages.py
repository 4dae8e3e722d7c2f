"""Add the app to the Home Screen: each platform has its own steps, one per page."""

from litestar import Response, Router, get
from litestar.params import FromQuery

from server.access.cookies import device_of
from server.access.platforms import Platform
from server.web import render
from server.web.dependencies import ANYONE, Ask

STEPS = {
    Platform.IPHONE: 4,
    Platform.IPAD: 4,
    Platform.ANDROID_PHONE: 3,
    Platform.ANDROID_TABLET: 3,
    Platform.PHONE: 3,
    Platform.TABLET: 3,
    Platform.COMPUTER: 1,
}


@get("/install", opt=ANYONE, sync_to_thread=False)
def install_page(request: Ask, step: FromQuery[int] = 1, on: FromQuery[str] = "") -> Response[str]:
    """`on`: the platform that the person has chosen; without it, the platform that the browser reports."""
    device = device_of(request)
    platform = Platform(on) if on in tuple(Platform) else device.platform
    last = STEPS[platform]
    return render.page(
        request,
        "access/install.html",
        platform=platform,
        chosen=on == platform,
        is_app=bool(device.is_app) and not on,
        is_embedded=device.is_embedded and platform != Platform.COMPUTER and not on and step <= 1,
        step=min(max(step, 1), last),
        last=last,
    )


router = Router("/", route_handlers=[install_page])
