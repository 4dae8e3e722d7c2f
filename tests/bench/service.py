"""A push service in a process of its own: it answers at once under /now, later under /push, never under /hang."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from aiohttp import web

ANSWERS_AFTER = 0.02  # seconds; a real service is rather slower
PATH_AFTER = {0: "now", 20: "push"}  # by milliseconds


@contextmanager
def push_services(count: int) -> Iterator[list[int]]:
    """The ports on 127.0.0.1 of so many services."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, count), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection, count: int) -> None:
    asyncio.run(_listen(pipe, count))


async def _listen(pipe: Connection, count: int) -> None:
    app = web.Application()
    app.router.add_post("/now/{rest:.*}", _take_at_once)
    app.router.add_post("/push/{rest:.*}", _take)
    app.router.add_post("/hang/{rest:.*}", _hang)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    for _ in range(count):
        await web.TCPSite(runner, "127.0.0.1", 0).start()
    pipe.send([address[1] for address in runner.addresses])
    await asyncio.Event().wait()


async def _take_at_once(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(status=201)


async def _take(request: web.Request) -> web.Response:
    await request.read()
    await asyncio.sleep(ANSWERS_AFTER)
    return web.Response(status=201)


async def _hang(_: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError
