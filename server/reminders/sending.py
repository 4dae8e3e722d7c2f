"""From due to sent: claim and write attempts, commit, send, write what came of it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

from server.channels.protocol import Channel, Outcome, Result
from server.channels.push import PushAddress
from server.clock import Clock
from server.db import Database
from server.reminders.claims import claim_due, still_ours, write_attempts
from server.reminders.outcomes import reach, write_outcomes
from server.reminders.posts import Post

AT_ONCE = 20  # sends to one service; one that hangs keeps nobody else waiting


class Sender:
    def __init__(
        self, database: Database, push: Channel, clock: Clock, base_url: str, others: Sequence[Channel] = ()
    ) -> None:
        self.database, self.clock, self.base_url = database, clock, base_url
        self.channels = {channel.name: channel for channel in (push, *others)}

    async def tick(self) -> int:
        """Send what is due now; how many reminders were claimed."""
        now = self.clock()
        async with self.database.writing() as db:
            await reach(db, now)
            claimed = await claim_due(db, now)
            posts = await write_attempts(db, claimed, now, self.base_url, self.channels.keys())
        await self._send_all(posts)
        return len(claimed)

    async def close(self) -> None:
        for channel in self.channels.values():
            await channel.close()

    async def _send_all(self, posts: Sequence[Post]) -> None:
        if not posts:
            return
        gates: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        outcomes = await asyncio.gather(*(self._send(post, gates[_service(post)]) for post in posts))
        async with self.database.writing() as db:
            await write_outcomes(db, list(zip(posts, outcomes, strict=True)), self.clock())

    async def _send(self, post: Post, gate: asyncio.Semaphore) -> Outcome:
        async with gate:
            async with self.database.reading() as db:
                if not await still_ours(db, post):
                    return Outcome(Result.REJECTED, why="withdrawn")
            return await self.channels[post.channel].send(post.address, post.message)


def _service(post: Post) -> str:
    return urlsplit(post.address.endpoint).netloc if isinstance(post.address, PushAddress) else post.channel
