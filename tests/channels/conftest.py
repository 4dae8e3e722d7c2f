"""Fixtures: a push service, a listener that nobody may reach, and a channel that could reach both."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from server.channels.push.channel import PushChannel
from server.channels.push.host_list import HostList
from server.channels.push.http_client import PushHttpClient
from server.channels.push.vapid_keys import new_vapid_key

from .push_service import PushService, Trap, listening

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SUBJECT = "mailto:push@clinic.example"
Open = Callable[..., PushChannel]


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with PushService().running() as running:
        yield running


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    trap = Trap()
    async with listening(trap.spring) as port:
        trap.port = port
        yield trap


def loopback(*ports: int) -> HostList:
    return HostList.parse(", ".join(f"127.0.0.1:{port}" for port in ports), base_url_is_loopback=True)


@asynccontextmanager
async def closing(wire: PushHttpClient) -> AsyncIterator[PushHttpClient]:
    try:
        yield wire
    finally:
        await wire.close()


@pytest.fixture
async def channel_to() -> AsyncIterator[Open]:
    """Make a channel that may reach these loopback ports. All are closed after the test."""
    opened: list[PushChannel] = []

    def make(*ports: int, deadline: float = 5.0) -> PushChannel:
        channel = PushChannel({"v1": new_vapid_key()}, SUBJECT, loopback(*ports), now=lambda: NOW, deadline=deadline)
        opened.append(channel)
        return channel

    yield make
    for channel in opened:
        await channel.close()
