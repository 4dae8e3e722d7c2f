"""All routes of this feature."""

from litestar import Router

from server.access import passkey_pages
from server.access.joining import (
    approval_pages,
    install_pages,
    pages,
    pairing_pages,
    request_pages,
    staff_approval_pages,
)
from server.access.shared_phone import pages as shared_phone_pages
from server.access.staff import account_pages, sign_in_pages, team_pages

router = Router(
    "/",
    route_handlers=[
        pages.router,
        install_pages.router,
        pairing_pages.router,
        request_pages.router,
        approval_pages.router,
        staff_approval_pages.router,
        passkey_pages.router,
        shared_phone_pages.router,
        sign_in_pages.router,
        account_pages.router,
        team_pages.router,
    ],
)
