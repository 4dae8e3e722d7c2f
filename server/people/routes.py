"""All routes of this feature."""

from litestar import Router

from server.people import call_pages, on_call_pages
from server.people.patients import pages as patient_pages

router = Router("/", route_handlers=[patient_pages.router, call_pages.router, on_call_pages.router])
