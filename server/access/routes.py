"""All routes of this feature."""

from litestar import Router

from server.access import passkey_pages, staff_account_pages
from server.access.joining import approval_pages, pages, pairing_pages, request_pages

router = Router(
    "/",
    route_handlers=[
        pages.router,
        pairing_pages.router,
        request_pages.router,
        approval_pages.router,
        passkey_pages.router,
        staff_account_pages.router,
    ],
)
