"""How this device shows pages, whoever is signed in: text size, one-switch scanning, read aloud."""

from typing import Any

from litestar import Response, Router, get, post

from server.web import looks, problems, render
from server.web.dependencies import ANYONE, PERSON, Ask
from server.web.form_fields import form_of, text


@get("/look", opt=PERSON, sync_to_thread=False)
def look_page(request: Ask) -> Response[str]:
    return render.page(request, "phone/settings_look.html", sizes=looks.LOOKS["size"])


@post("/size", opt=ANYONE)
async def set_size(request: Ask) -> Response[Any]:
    """Set the text size of this device, even before anyone signs in."""
    size = text(await form_of(request), "size", 3)
    if size not in looks.LOOKS["size"]:
        return problems.answer(request, 422)
    response = render.go(request, "/settings/look" if request.user.person else "/join")
    response.set_cookie(looks.look_cookie(request, "size", size))
    return response


@get("/scan", opt=ANYONE, sync_to_thread=False)
def scan_page(request: Ask) -> Response[str]:
    return render.page(request, "phone/scan.html")


@post("/scan", opt=ANYONE)
async def set_scan(request: Ask) -> Response[Any]:
    """Set one-switch scanning on this device: seconds per step, or off."""
    step = text(await form_of(request), "step", 3)
    if step not in (*looks.LOOKS["scan"], "off"):
        return problems.answer(request, 422)
    response = render.go(request, "/settings/scan")
    response.set_cookie(looks.look_cookie(request, "scan", step.removeprefix("off")))
    return response


@get("/aloud", opt=ANYONE, sync_to_thread=False)
def aloud_page(request: Ask) -> Response[str]:
    return render.page(request, "phone/aloud.html")


@post("/aloud", opt=ANYONE)
async def set_aloud(request: Ask) -> Response[Any]:
    """Set the Read aloud button of this device: its speed, or no button."""
    aloud = text(await form_of(request), "aloud", 6)
    if aloud not in looks.LOOKS["aloud"]:
        return problems.answer(request, 422)
    response = render.go(request, "/settings/aloud")
    response.set_cookie(looks.look_cookie(request, "aloud", aloud))
    return response


router = Router("/settings", route_handlers=[look_page, set_size, scan_page, set_scan, aloud_page, set_aloud])
