"""All routes of this feature."""

from litestar import Router

from server.appointments import booking_pages, pages
from server.appointments.replies import pages as reply_pages

router = Router("/", route_handlers=[reply_pages.router, booking_pages.router, pages.router])
