"""A network that cuts: a proxy between a browser and the app that resets connections after a random number of bytes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random

CHUNK = 256  # bytes; a cut can fall inside a header
LONGEST = 8000  # the most bytes in one direction before a cut: those of a few submissions


@dataclass
class CuttingProxy:
    """A proxy to `port` on this machine. While it cuts, every connection ends soon, in one direction or the other."""

    port: int
    random: Random
    cutting: bool = False
    cuts: int = 0
    address: int = 0
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.port)
        pumps = [
            asyncio.ensure_future(self._pump(reader, ours)),
            asyncio.ensure_future(self._pump(theirs, writer)),
        ]
        self._open.update(pumps)
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
            self._open.discard(pump)
        for each in (writer, ours):
            each.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left: int | None = None  # bytes until the cut
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                if self.cutting:
                    left = (self.random.randrange(LONGEST) if left is None else left) - len(data)
                writer.write(data if left is None or left >= 0 else data[:left])
                await writer.drain()
                if left is not None and left < 0:
                    self.cuts += 1
                    return


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
