"""The composition root: the only place that connects settings, keys, database, assets and pages."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import MutableScopeHeaders, State
from litestar.exceptions import HTTPException, NotFoundException
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler, Message, Scope
from sqlalchemy.exc import OperationalError

from server import crypto, language, providers
from server.access import routes as access_routes
from server.access.guards import admit, spoken_with
from server.access.visitors import VisitorMiddleware, prolonged_cookies
from server.appointments import routes as appointment_routes
from server.clock import Clock, SteadyClock, system_clock
from server.db import Database
from server.delivery.text_webhook import pages as text_webhook_pages
from server.desk import routes as desk_routes
from server.devices import routes as device_routes
from server.exchange import pages as exchange_pages
from server.flags import expected_level_pages
from server.people import routes as people_routes
from server.phone import routes as phone_routes
from server.reminders import channel_policy_pages
from server.responses import routes as response_routes
from server.settings import Settings
from server.web import cookies, problems, public_pages, render
from server.web.assets import Assets
from server.web.form_fields import RereadRequest
from server.web.read_only_requests import ReadOnlyAwareLitestar

CSRF_COOKIE = "__Host-csrf"
BODY_LIMIT = 256 * 1024  # bytes; a whole check-in is under 10 kB
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
ROUTERS: list[ControllerRouterHandler] = [
    public_pages.router,
    access_routes.router,
    people_routes.router,
    appointment_routes.router,
    device_routes.router,
    text_webhook_pages.router,
    channel_policy_pages.router,
    expected_level_pages.router,
    response_routes.router,
    phone_routes.router,
    desk_routes.router,
    exchange_pages.router,
]


def create(settings: Settings, clock: Clock | None = None, database: Database | None = None) -> Litestar:
    """Build the application. Raises MissingKey or BadSetting if its settings can't work."""
    keyring = crypto.load_keyring(settings.secret_keys)
    crypto.use(keyring)
    assets = Assets()
    secure = {"Strict-Transport-Security": "max-age=31536000"} if settings.base_url.startswith("https") else {}
    return ReadOnlyAwareLitestar(
        route_handlers=ROUTERS,
        guards=[admit],
        dependencies=providers.DEPENDENCIES,
        before_send=[add_headers],
        middleware=[DefineMiddleware(VisitorMiddleware, exclude=["^/static/", "^/health/"])],
        csrf_config=CSRFConfig(
            secret=crypto.b64(keyring.lookup),
            cookie_name=cookies.name_on(settings, CSRF_COOKIE),
            cookie_secure=cookies.are_secure(settings),
            cookie_httponly=True,
            exclude_from_csrf_key="no_csrf",
            exclude=["^/static/"],  # proxies cache these for ever, so they must carry no cookie
        ),
        compression_config=CompressionConfig(
            backend="brotli", brotli_quality=5, exclude=["^/static/", "^/service-worker"]
        ),
        exception_handlers={
            HTTPException: _in_their_language(problems.on_http_exception),
            OperationalError: _in_their_language(problems.on_database_busy),
            Exception: _in_their_language(problems.on_any),
        },
        before_request=greet,
        lifespan=[_database_closes],
        state=State(
            {
                "settings": settings,
                "clock": clock or SteadyClock(system_clock, time.monotonic),
                "database": database or Database(settings.database_url),
                "assets": assets,
                "headers": HEADERS | secure,
                "templates": render.environment(assets),
            }
        ),
        request_max_body_size=BODY_LIMIT,
        request_class=RereadRequest,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def _in_their_language(answer: Callable[[Any, Any], Response[Any]]) -> Callable[[Any, Any], Response[Any]]:
    """Make an error handler answer in the visitor's language.

    `greet` may not have run: for an unknown address, or a form that was refused before.
    """

    def answered(request: Request[Any, Any, State], error: Exception) -> Response[Any]:
        language.speak(spoken_with(request))
        return answer(request, error)

    return answered


async def add_headers(message: Message, scope: Scope) -> None:
    """Add the same headers to every response, also to errors and unknown addresses."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in scope["litestar_app"].state.headers.items():
            headers.setdefault(name, value)
        for prolonged in prolonged_cookies(scope):
            if not any(cookie.startswith(f"{prolonged.key}=") for cookie in headers.getall("set-cookie", [])):
                headers.add("set-cookie", prolonged.to_header(header=""))


@asynccontextmanager
async def _database_closes(app: Litestar) -> AsyncIterator[None]:
    yield
    await app.state.database.close()


async def greet(request: Request[Any, Any, State]) -> None:
    """Before each handler: 404 for null characters, which PostgreSQL rejects; then set the visitor's language."""
    if "\0" in request.url.path or "%00" in request.url.query:
        raise NotFoundException
    language.speak(spoken_with(request))
