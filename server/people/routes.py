"""All routes of this feature."""

from litestar import Router

from server.people import call_pages, on_call_pages
from server.people.patients import pages as patient_pages
from server.people.texting import reply_pages

router = Router("/", route_handlers=[patient_pages.router, call_pages.router, on_call_pages.router, reply_pages.router])
