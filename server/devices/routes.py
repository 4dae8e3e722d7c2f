"""All routes of this feature."""

from litestar import Router

from server.devices import pages, push_pages, reminder_test_pages, unsubscribe_pages

router = Router(
    "/", route_handlers=[push_pages.router, pages.router, reminder_test_pages.router, unsubscribe_pages.router]
)
