"""Provide what handlers ask for by name: the transaction, the time, the signed-in person, the settings."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.guards import asking
from server.actor import Actor
from server.db import Database, Work, scope
from server.settings import Settings
from server.web.dependencies import Db, Now, Who
from server.web.read_only_requests import IS_READ_ONLY


async def provide_db(request: Request[Any, Any, State]) -> AsyncIterator[AsyncSession]:
    """One transaction per request, limited to the visitor's clinic; read-only for a GET, unless it has `writes`.

    A HEAD changes nothing: a transaction for reading is never committed.
    """
    database: Database = request.app.state.database
    writes = request.method != "GET" or request.route_handler.opt.get("writes")
    only_reads = not writes or request.scope.get(IS_READ_ONLY)
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


DEPENDENCIES = {
    "db": Provide(provide_db),
    "database": Provide(provide_database, sync_to_thread=False),
    "now": Provide(provide_now, sync_to_thread=False),
    "work": Provide(provide_work, sync_to_thread=False),
    "actor": Provide(provide_actor, sync_to_thread=False),
    "settings": Provide(provide_settings, sync_to_thread=False),
}
