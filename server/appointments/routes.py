"""All routes of this feature."""

from litestar import Router

from server.appointments import booking_pages, pages
from server.appointments.clinic_move import pages as clinic_move_pages
from server.appointments.replies import pages as reply_pages

PAGES = (reply_pages, booking_pages, clinic_move_pages, pages)
router = Router("/", route_handlers=[page.router for page in PAGES])
