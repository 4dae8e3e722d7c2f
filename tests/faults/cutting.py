"""A network that cuts: a proxy between a browser and the app that resets connections after a random number of bytes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random

CHUNK = 256  # bytes: a cut can fall in the middle of a head
LONGEST = 4000  # bytes that a connection lives, where it is cut


@dataclass
class CuttingProxy:
    """To `port` on this machine. While it cuts, `share` of all connections are reset, in either direction."""

    port: int
    random: Random
    share: float = 0.5
    cutting: bool = False
    cuts: int = 0
    address: int = 0
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.port)
        pumps = [
            asyncio.ensure_future(self._pump(reader, ours, self._life())),
            asyncio.ensure_future(self._pump(theirs, writer, self._life())),
        ]
        self._open.update(pumps)
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
            self._open.discard(pump)
        for each in (writer, ours):
            each.transport.abort()

    def _life(self) -> int | None:
        """How many bytes go one way before the connection is cut; None where it is not."""
        if not self.cutting or self.random.random() > self.share / 2:
            return None
        return self.random.randrange(LONGEST)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, life: int | None) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                if life is not None and len(data) > life:
                    writer.write(data[:life])
                    await writer.drain()
                    self.cuts += 1
                    return
                life = None if life is None else life - len(data)
                writer.write(data)
                await writer.drain()


@contextlib.asynccontextmanager
async def cutting_proxy(port: int, random: Random) -> AsyncIterator[CuttingProxy]:
    proxy = CuttingProxy(port, random)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.address = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for pump in list(proxy._open):
            pump.cancel()
