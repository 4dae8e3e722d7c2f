"""Text messages through apprise, to a JSON provider that the tests run."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from server.channels.addresses import Number
from server.channels.protocol import Message, Result
from server.channels.text import BadTextUrl, TextChannel

MESSAGE = Message("a" * 32, "You have a visit coming up. https://localhost/go/t", ttl=60)


@asynccontextmanager
async def provider(status: int = 200) -> AsyncIterator[tuple[str, list[tuple[str, str]]]]:
    taken: list[tuple[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        taken.append((request.path, json.loads(await request.text())["message"]))
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/{to}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"json://127.0.0.1:{port}/{{to}}", taken
    await runner.cleanup()


async def test_a_text_goes_to_the_number() -> None:
    async with provider() as (url, taken):
        outcome = await TextChannel(url).send(Number("+12125550140"), MESSAGE)
    assert outcome.result is Result.ACCEPTED
    assert taken == [("/12125550140", MESSAGE.body)]


async def test_an_unclear_answer_is_unknown_and_not_sent_again() -> None:
    async with provider(500) as (url, taken):
        assert (await TextChannel(url).send(Number("+12125550140"), MESSAGE)).result is Result.UNKNOWN
    assert len(taken) == 1


async def test_case_84_a_long_text_arrives_whole_with_its_link_at_the_end_and_a_bad_number_is_refused() -> None:
    body = "x" * 1000 + " https://localhost/go/t"
    async with provider() as (url, taken):
        await TextChannel(url).send(Number("+12125550140"), Message("a" * 32, body, ttl=60))
        for wrong in ("call me", "2125550140", "(212) 555-0140", "+12125550140;ext=12", "988", "+0212555"):
            assert (await TextChannel(url).send(Number(wrong), MESSAGE)).result is Result.REJECTED
    assert [arrived for _, arrived in taken] == [body]


def test_a_provider_address_without_a_place_for_the_number_is_refused() -> None:
    for wrong in ("json://127.0.0.1/", "nonsense://{to}", ""):
        with pytest.raises(BadTextUrl):
            TextChannel(wrong)
