"""All routes of this feature."""

from litestar import Router

from server.appointments import booking_pages, pages
from server.appointments.end_of_care import pages as end_of_care_pages
from server.appointments.replies import pages as reply_pages

router = Router("/", route_handlers=[reply_pages.router, booking_pages.router, pages.router, end_of_care_pages.router])
