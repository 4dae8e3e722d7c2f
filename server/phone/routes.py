"""All routes of this feature."""

from litestar import Router

from server.phone import (
    answer_pages,
    appointment_pages,
    language_pages,
    look_pages,
    pages,
    pause_pages,
    phones_pages,
    reminder_settings_pages,
    settings_pages,
)
from server.phone.offline import bundle_pages

router = Router(
    "/",
    route_handlers=[
        pages.router,
        answer_pages.router,
        appointment_pages.router,
        settings_pages.router,
        reminder_settings_pages.router,
        pause_pages.router,
        language_pages.router,
        look_pages.router,
        phones_pages.router,
        bundle_pages.router,
    ],
)
