"""Commands and answers over one WebDriver BiDi socket."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

COMMAND_SECONDS = 30


class BiDiError(Exception):
    """The browser refused a command. The text starts with the standard's error code."""


class PageError(Exception):
    """A script threw an error."""


class Connection:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await self._socket.send_json({"id": number, "method": method, "params": parameters})
            async with asyncio.timeout(COMMAND_SECONDS):
                return await answer
        except TimeoutError:
            raise BiDiError(f"timeout: {method} took over {COMMAND_SECONDS} s") from None
        finally:
            del self._waiting[number]

    async def evaluate(self, expression: str, context: str) -> Any:
        """Evaluates a JavaScript expression, awaits it, and returns it as JSON. The page's CSP does not apply."""
        answer = await self.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise PageError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value", "null"))

    async def read(self) -> None:
        """Passes each answer to its command until the socket closes. Commands that still wait then fail at once."""
        async for frame in self._socket:
            message = json.loads(frame.data)
            answer = self._waiting.get(message.get("id"))
            if answer and not answer.done():
                _settle(answer, message)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(BiDiError("closed: the browser is gone"))


def _settle(answer: asyncio.Future[dict[str, Any]], message: dict[str, Any]) -> None:
    if message["type"] == "error":
        answer.set_exception(BiDiError(f"{message['error']}: {message['message']}"))
    else:
        answer.set_result(message["result"])


@contextlib.asynccontextmanager
async def connect(address: str) -> AsyncIterator[Connection]:
    """A connection with a session. Messages have no size limit, because screenshots are large."""
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(f"{address}/session", max_msg_size=0) as socket,
    ):
        connection = Connection(socket)
        reader = asyncio.create_task(connection.read())
        try:
            await connection.command("session.new", capabilities={})
            yield connection
        finally:
            reader.cancel()
