"""Push services that hang, answer slowly or endlessly, redirect, reset or refuse (cases 20 to 28)."""

import asyncio
import time
from collections.abc import Callable

import pytest
from aiohttp import web

from server.channels.protocol import Message, Outcome, Result
from server.channels.push.channel import PushChannel
from server.channels.push.http_client import PER_ORIGIN
from tests.channels.push_service import TOKEN, Handler, Phone, PushService, Trap, hanging, listening, resetting, saying

MESSAGE = Message("0123456789abcdef0123456789abcdef", "{}", 60)
DEADLINE = 1.0  # seconds; connecting on a busy machine takes some of it
Open = Callable[..., PushChannel]


async def send(channel: PushChannel, endpoint: str) -> Outcome:
    return await channel.send(Phone().address(endpoint), MESSAGE)


async def test_case_20_a_hanging_service_ends_at_the_deadline(service: PushService, channel_to: Open) -> None:
    service.answer = hanging
    began = time.monotonic()
    outcome = await send(channel_to(service.port, deadline=DEADLINE), service.endpoint)
    assert outcome == Outcome(Result.UNKNOWN, reason="no answer within the deadline")
    assert time.monotonic() - began < 2.0


async def test_case_20_a_hanging_service_does_not_delay_others(service: PushService, channel_to: Open) -> None:
    async with PushService().running() as stuck:
        stuck.answer = hanging
        channel = channel_to(service.port, stuck.port)
        waiting = [asyncio.create_task(send(channel, stuck.endpoint)) for _ in range(200)]
        for _ in range(PER_ORIGIN):
            await stuck.arrived.acquire()
        prompt = await asyncio.wait_for(send(channel, service.endpoint), 5.0)
        assert prompt.result is Result.ACCEPTED
        assert len(stuck.came) == PER_ORIGIN
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_case_20_a_cancelled_send_stops(service: PushService, channel_to: Open) -> None:
    service.answer = hanging
    task = asyncio.create_task(send(channel_to(service.port), service.endpoint))
    await service.arrived.acquire()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_case_21_a_slow_body_ends_at_the_deadline(service: PushService, channel_to: Open) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=503)
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)

    service.answer = drip
    outcome = await send(channel_to(service.port, deadline=DEADLINE), service.endpoint)
    assert (outcome.result, outcome.status) == (Result.LATER, 503)


async def test_case_21_slow_headers_end_at_the_deadline(channel_to: Open) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in b"HTTP/1.1 201 Created\r\nX: " + b"x" * 1000:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)

    async with listening(drip) as port:
        outcome = await send(channel_to(port, deadline=DEADLINE), f"http://127.0.0.1:{port}/push/{TOKEN}")
    assert outcome.result is Result.UNKNOWN


async def test_case_21_a_huge_answer_is_cut_off(service: PushService, channel_to: Open) -> None:
    written, cut = 0, asyncio.Event()

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse(status=410, headers={"Content-Length": str(2**30)})
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
                written += 65536
        finally:
            cut.set()

    service.answer = flood
    outcome = await send(channel_to(service.port), service.endpoint)
    assert (outcome.result, outcome.status) == (Result.GONE, 410)
    await asyncio.wait_for(cut.wait(), 5.0)
    assert written < 2**24  # the size of the kernel's own buffers


@pytest.mark.parametrize("head", [b"HTTP/1.1 201 Created\r\n" + b"X: y\r\n" * 100_000, b"SSH-2.0-x\r\n", b"\0" * 99])
async def test_case_21_an_answer_that_is_not_http_is_an_outcome(head: bytes, channel_to: Open) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        writer.close()

    async with listening(answer) as port:
        outcome = await send(channel_to(port), f"http://127.0.0.1:{port}/push/{TOKEN}")
    assert outcome.result is Result.UNKNOWN


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("-1", 0.0),
        ("1000000000", 21600.0),
        ("Mon, 23 Nov 2026 10:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2020 10:01:00 GMT", 0.0),
        ("in a while", None),
        ("", None),
    ],
)
async def test_case_22_retry_after_is_honoured(
    service: PushService, channel_to: Open, header: str, seconds: float | None
) -> None:
    service.answer = saying(429, Retry_After=header)
    outcome = await send(channel_to(service.port), service.endpoint)
    assert outcome == Outcome(Result.LATER, 429, "", seconds)


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (404, Result.GONE),
        (410, Result.GONE),
        (400, Result.REFUSED),
        (401, Result.REFUSED),
        (403, Result.REFUSED),
        (413, Result.REJECTED),
        (500, Result.LATER),
        (502, Result.LATER),
        (503, Result.LATER),
    ],
)
async def test_cases_23_to_26_each_status_has_its_result(
    service: PushService, channel_to: Open, status: int, result: Result
) -> None:
    service.answer = saying(status, f"<p>{TOKEN}</p>".encode())
    assert await send(channel_to(service.port), service.endpoint) == Outcome(result, status)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"reason": "VapidPkHashMismatch"}', "VapidPkHashMismatch"),
        (b'{"code": 401, "errno": 109, "message": "' + TOKEN.encode() + b'"}', "109"),
        (b'{"reason": "' + b"a " * 30 + b'"}', ""),
        (b'{"reason": ["a"]}', ""),
        (b"[1]", ""),
        (b"[" * 4000, ""),
        (b"\xff", ""),
        (b'{"reason": "cut', ""),
    ],
)
async def test_case_24_the_reason_of_the_service_is_kept(
    service: PushService, channel_to: Open, body: bytes, why: str
) -> None:
    service.answer = saying(403, body)
    assert await send(channel_to(service.port), service.endpoint) == Outcome(Result.REFUSED, 403, why)


async def test_case_26_a_port_without_a_listener_is_tried_later(channel_to: Open) -> None:
    async with listening(Trap().spring) as port:
        pass
    outcome = await send(channel_to(port), f"http://127.0.0.1:{port}/push/{TOKEN}")
    assert outcome.result is Result.LATER


async def test_case_26_a_reset_after_the_request_is_unknown(service: PushService, channel_to: Open) -> None:
    service.answer = resetting
    assert (await send(channel_to(service.port), service.endpoint)).result is Result.UNKNOWN


async def test_case_26_a_reused_connection_that_breaks_is_not_retried(service: PushService, channel_to: Open) -> None:
    channel = channel_to(service.port)
    await send(channel, service.endpoint)
    service.answer = resetting
    assert (await send(channel, service.endpoint)).result is Result.UNKNOWN
    first, second = service.came
    assert first.peer == second.peer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_case_27_a_redirect_to_a_private_address_is_not_followed(
    service: PushService, trap: Trap, channel_to: Open, status: int
) -> None:
    """The target is on the list, so that nothing but the rule against redirects can stop it."""
    service.answer = saying(status, Location=f"http://127.0.0.1:{trap.port}/inside")
    outcome = await send(channel_to(service.port, trap.port), service.endpoint)
    assert outcome == Outcome(Result.REJECTED, status, "redirect, not followed")
    assert trap.connections == 0


async def test_case_28_an_endpoint_is_checked_again_before_each_send(trap: Trap, channel_to: Open) -> None:
    endpoint = f"http://127.0.0.1:{trap.port}/push/{TOKEN}"
    outcome = await send(channel_to(trap.port + 1), endpoint)
    assert outcome.result is Result.REJECTED
    assert trap.connections == 0


async def test_no_proxy_is_used(
    service: PushService, trap: Trap, channel_to: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
    assert (await send(channel_to(service.port), service.endpoint)).result is Result.ACCEPTED
    assert trap.connections == 0


@pytest.mark.parametrize("answer", [hanging, resetting, saying(500, TOKEN.encode()), saying(307, Location=TOKEN)])
async def test_case_69_no_outcome_repeats_the_endpoint(service: PushService, channel_to: Open, answer: Handler) -> None:
    service.answer = answer
    outcome = await send(channel_to(service.port, deadline=DEADLINE), service.endpoint)
    assert TOKEN not in repr(outcome)
