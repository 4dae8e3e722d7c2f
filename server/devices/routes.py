"""All routes of this feature."""

from litestar import Router

from server.devices import pages, push_pages, unsubscribe_pages

router = Router("/", route_handlers=[push_pages.router, pages.router, unsubscribe_pages.router])
