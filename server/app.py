"""The composition root: the only place that connects settings, keys, database, assets and pages."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.middleware import DefineMiddleware
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler, Message, Scope
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

import server.access.joining.pages
import server.access.joining.pairing_pages
import server.access.joining.request_pages
import server.access.passkey_pages
import server.access.staff_account_pages
import server.appointments.pages
import server.checkins.plan_pages
import server.desk.inbox.flag_pages
import server.desk.inbox.pages
import server.desk.pages
import server.desk.patient_pages
import server.desk.triggers.pages
import server.devices.pages
import server.exchange.pages
import server.flags.expected_level_pages
import server.people.call_pages
import server.people.clinic_pages
import server.people.on_call_pages
import server.people.patient_pages
import server.phone.language_pages
import server.phone.look_pages
import server.phone.pages
import server.phone.phones_pages
import server.phone.settings_pages
import server.phone.visit_pages
import server.reminders.channel_policy_pages
import server.responses.by_phone_pages
import server.responses.offline.bundle_pages
import server.responses.questions.question_pages
import server.responses.questions.same_as_last_pages
import server.responses.submission.send_pages
from server import crypto, language
from server.access.guards import admit, asking, spoken_with
from server.access.visitors import WhoAsks
from server.actor import Actor
from server.clock import Clock, SteadyClock, system_clock
from server.db import Database, Work, scope
from server.responses.questions.answering import Caller
from server.settings import Settings
from server.web import problems, public_pages, render
from server.web.assets import Assets
from server.web.dependencies import Db, InWork, Now, Who

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
PAGES: list[ControllerRouterHandler] = [
    *public_pages.ROUTES,
    *server.access.joining.pages.ROUTES,
    *server.access.joining.pairing_pages.ROUTES,
    *server.access.joining.request_pages.ROUTES,
    *server.access.passkey_pages.ROUTES,
    *server.access.staff_account_pages.ROUTES,
    *server.people.patient_pages.ROUTES,
    *server.people.call_pages.ROUTES,
    *server.people.clinic_pages.ROUTES,
    *server.people.on_call_pages.ROUTES,
    *server.phone.language_pages.ROUTES,
    *server.appointments.pages.ROUTES,
    *server.devices.pages.ROUTES,
    *server.reminders.channel_policy_pages.ROUTES,
    *server.responses.questions.question_pages.ROUTES,
    *server.responses.questions.same_as_last_pages.ROUTES,
    *server.responses.submission.send_pages.ROUTES,
    *server.checkins.plan_pages.ROUTES,
    *server.responses.by_phone_pages.ROUTES,
    *server.flags.expected_level_pages.ROUTES,
    *server.desk.triggers.pages.ROUTES,
    *server.phone.pages.ROUTES,
    *server.phone.visit_pages.ROUTES,
    *server.responses.offline.bundle_pages.ROUTES,
    *server.phone.phones_pages.ROUTES,
    *server.phone.look_pages.ROUTES,
    *server.phone.settings_pages.ROUTES,
    *server.desk.inbox.pages.ROUTES,
    *server.desk.inbox.flag_pages.ROUTES,
    *server.desk.pages.ROUTES,
    *server.desk.patient_pages.ROUTES,
    *server.exchange.pages.ROUTES,
]


def create(settings: Settings, clock: Clock | None = None, database: Database | None = None) -> Litestar:
    """Build the application. Raises MissingKey or BadSetting if its settings can't work."""
    keyring = crypto.load_keyring(settings.secret_keys)
    crypto.use(keyring)
    assets = Assets()
    secure = {"Strict-Transport-Security": "max-age=31536000"} if settings.base_url.startswith("https") else {}
    return Litestar(
        route_handlers=PAGES,
        guards=[admit],
        dependencies={
            "db": Provide(provide_db),
            "database": Provide(provide_database, sync_to_thread=False),
            "now": Provide(provide_now, sync_to_thread=False),
            "work": Provide(provide_work, sync_to_thread=False),
            "actor": Provide(provide_actor, sync_to_thread=False),
            "settings": Provide(provide_settings, sync_to_thread=False),
            "caller": Provide(provide_caller, sync_to_thread=False),
        },
        before_send=[add_headers],
        middleware=[DefineMiddleware(WhoAsks, exclude=["^/static/", "^/health/"])],
        csrf_config=CSRFConfig(
            secret=crypto.b64(keyring.lookup),
            cookie_name="__Host-csrf",
            cookie_secure=True,
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


@asynccontextmanager
async def _database_closes(app: Litestar) -> AsyncIterator[None]:
    yield
    await app.state.database.close()


async def provide_db(request: Request[Any, Any, State]) -> AsyncIterator[AsyncSession]:
    """One transaction per request, limited to the visitor's clinic; read-only for a GET, unless it has `writes`."""
    database: Database = request.app.state.database
    only_reads = request.method in ("GET", "HEAD") and not request.route_handler.opt.get("writes")
    await request.body()  # read it before taking the only write lock: a slow device may send it slowly, or never
    async with database.reading() if only_reads else database.writing() as db:
        actor = asking(request, request.route_handler.opt.get("who"))
        if actor is not None:
            scope(db, actor.clinic_id)
        yield db


def provide_database(request: Request[Any, Any, State]) -> Database:
    database: Database = request.app.state.database
    return database


def provide_now(request: Request[Any, Any, State]) -> datetime:
    now: datetime = request.app.state.clock()
    return now


def provide_settings(request: Request[Any, Any, State]) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def provide_actor(request: Request[Any, Any, State]) -> Actor:
    """The signed-in person. The guard has already checked the route's permission."""
    actor = asking(request, request.route_handler.opt.get("who"))
    if actor is None:
        raise NotFoundException
    return actor


def provide_work(db: Db, actor: Who, now: Now) -> Work:
    """It must not read the database: an error raised here would leave `db` open."""
    return Work(db, actor, now)


def provide_caller(work: InWork, check_in_id: FromPath[str], who: FromQuery[str] = "self") -> Caller:
    """The caller of a question page. It must not read the database: an error raised here would leave `db` open."""
    return Caller(work.db, work.actor, work.now, check_in_id, who)


async def greet(request: Request[Any, Any, State]) -> None:
    """Before each handler: 404 for null characters, which PostgreSQL rejects; then set the visitor's language."""
    if "\0" in request.url.path or "%00" in request.url.query:
        raise NotFoundException
    language.speak(spoken_with(request))
