"""Kill points: each write, each commit and each network call of a worker, numbered in order.

They are found by listening to the engine's events, the driver's commit, the sockets and the channels. None is listed by
hand, so a write that is added later becomes a kill point by itself.
"""

import os
import re
import signal
import socket
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection

from server.db import Database

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|WITH)\s+(\w+)", re.IGNORECASE)
NETWORK = ("connect", "send", "sendall", "sendmsg")
Report = Callable[[str], None]


class Points:
    """Counts the points, and kills this process just before or just after the chosen one."""

    def __init__(self, report: Report, kill: tuple[int, str] | None = None) -> None:
        self._report, self._kill, self._numbers = report, kill, count(1)

    def begin(self, what: str) -> int:
        number = next(self._numbers)  # a lock, because texts are sent in threads
        self._report(f"point {number} {what}")
        self._die_at(number, "before")
        return number

    def end(self, number: int) -> None:
        self._die_at(number, "after")

    def _die_at(self, number: int, side: str) -> None:
        if self._kill == (number, side):
            os.kill(os.getpid(), signal.SIGKILL)


def watch_database(points: Points, database: Database) -> None:
    """Each INSERT, UPDATE and DELETE, and each commit of a transaction with one of them."""
    engine = database.engine.sync_engine
    info: dict[str, Any] = {}

    def before(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if found := WRITES.match(statement):
            connection.info["wrote"] = True
            connection.info["point"] = points.begin(f"write {statement.split()[0].upper()} {found[1]}")

    def after(connection: Connection, *_: Any) -> None:
        if number := connection.info.pop("point", None):
            points.end(number)

    def commits(connection: Connection) -> None:
        info["commit"] = points.begin("commit") if connection.info.pop("wrote", False) else None

    def rolls_back(connection: Connection) -> None:
        connection.info.pop("wrote", None)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "commit", commits)
    event.listen(engine, "rollback", rolls_back)
    _watch_commit(points, engine.dialect, info)


def _watch_commit(points: Points, dialect: Any, info: dict[str, Any]) -> None:
    """The engine's event announces a commit before it happens. Only the driver's call tells that it is done."""
    do_commit = dialect.do_commit

    def committing(connection: Any) -> None:
        number = info.pop("commit", None)
        do_commit(connection)
        if number:
            points.end(number)

    dialect.do_commit = committing


def watch_sockets(points: Points, services: Mapping[int, str]) -> None:
    """Each connection to a service and each write to one. `services` maps their ports to names."""
    for name in NETWORK:
        setattr(socket.socket, name, _watched(points, services, name))


def _watched(points: Points, services: Mapping[int, str], name: str) -> Callable[..., Any]:
    call = getattr(socket.socket, name)

    def watched(self: socket.socket, *args: Any) -> Any:
        service = services.get(_port(self, args[0] if name == "connect" else None))
        if service is None:
            return call(self, *args)
        number = points.begin(f"{name} {service}")
        try:
            return call(self, *args)
        finally:
            points.end(number)

    return watched


def _port(sock: socket.socket, address: Any) -> int:
    try:
        return int((address or sock.getpeername())[1])
    except (OSError, ValueError, IndexError, TypeError):
        return 0


def watch_channels(points: Points, channels: Mapping[str, Any]) -> None:
    """Each whole send, whatever the channel does inside.

    Just after it, only this process knows the service's answer.
    """
    for name, channel in channels.items():
        channel.send = _watched_send(points, name, channel.send)


def _watched_send(points: Points, name: str, send: Callable[..., Any]) -> Callable[..., Any]:
    async def watched(*args: Any) -> Any:
        number = points.begin(f"channel {name}")
        outcome = await send(*args)
        points.end(number)
        return outcome

    return watched
