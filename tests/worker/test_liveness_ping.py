"""The liveness ping goes out while the worker sends reminders, and stops when it does not (case 7)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from server.db import Database
from server.delivery.sender import Sender
from server.worker.liveness_ping import LivenessPing
from server.worker.pulse import Pulse
from server.worker.worker import Worker
from tests.conftest import StillClock
from tests.push_double import PushDouble


class Watcher:
    """An outside monitor that counts the pings."""

    def __init__(self) -> None:
        self.signs = 0
        self.status = 200

    async def answer(self, _: web.Request) -> web.Response:
        self.signs += 1
        return web.Response(status=self.status, headers={"Location": "http://127.0.0.1:1/"})


@pytest.fixture
async def watcher() -> AsyncIterator[tuple[Watcher, str]]:
    seen = Watcher()
    app = web.Application()
    app.router.add_get("/sign", seen.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield seen, f"http://127.0.0.1:{runner.addresses[0][1]}/sign"
    await runner.cleanup()


@pytest.mark.parametrize(("status", "is_heard"), [(200, True), (204, True), (302, True), (404, False), (500, False)])
async def test_the_ping_requests_the_configured_address(
    watcher: tuple[Watcher, str], status: int, is_heard: bool
) -> None:
    seen, url = watcher
    seen.status = status
    assert (await LivenessPing(url).ping(), seen.signs) == (is_heard, 1)


async def test_an_unreachable_monitor_raises_no_error() -> None:
    assert not await LivenessPing("http://127.0.0.1:1/").ping()
    assert not await LivenessPing("http://").ping()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_7_the_pings_stop_when_nothing_is_sent(
    database: Database, clock: StillClock, watcher: tuple[Watcher, str]
) -> None:
    seen, url = watcher
    ticks = [0.0]
    sender = Sender(database, PushDouble(), clock, "https://localhost")
    worker = Worker(database, sender, clock, lambda: ticks[0], LivenessPing(url))
    await worker.ping()
    assert seen.signs == 0  # the worker has sent nothing yet
    await worker.send_due()
    await worker.ping()
    assert seen.signs == 1
    ticks[0] += 121  # twice the lease without a tick
    await worker.ping()
    assert seen.signs == 1
    await asyncio.sleep(0)


async def test_case_133_no_ping_goes_out_while_a_tick_is_silent(
    database: Database, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pings: list[str] = []

    async def ping(self: LivenessPing) -> bool:
        pings.append(self.url)
        return True

    monkeypatch.setattr(LivenessPing, "ping", ping)
    sender = Sender(database, PushDouble(), clock, "https://localhost")
    worker = Worker(database, sender, clock, lambda: clock().timestamp(), LivenessPing("https://watch.example"))
    worker.pulse = Pulse({"escalate": 30}, worker.monotonic())
    await worker.send_due()
    await worker.ping()
    clock.move(seconds=100)
    await worker.send_due()
    await worker.ping()
    assert len(pings) == 1
