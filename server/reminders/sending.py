"""From due to sent: claim and write attempts, commit, send, write what came of it."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence

from server.channels.protocol import Channel, Outcome, Result
from server.clock import Clock
from server.db import Database
from server.reminders import breakers
from server.reminders.claims import claim_due, still_ours, still_so, write_attempts
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
            resting = await breakers.resting(db, {post.service for post in posts}, now)
        await self._send_all(posts, resting)
        return len(claimed)

    async def close(self) -> None:
        for channel in self.channels.values():
            await channel.close()

    async def _send_all(self, posts: Sequence[Post], resting: Collection[str]) -> None:
        if not posts:
            return
        gates: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        tries = (self._send(post, gates[post.service], post.service in resting) for post in posts)
        outcomes = await asyncio.gather(*tries)
        async with self.database.writing() as db:
            await write_outcomes(db, list(zip(posts, outcomes, strict=True)), self.clock())

    async def _send(self, post: Post, gate: asyncio.Semaphore, rests: bool) -> Outcome:
        if rests:
            return Outcome(Result.REFUSED, why="its push service refuses us; it is tried again later")
        async with gate:
            async with self.database.reading() as db:
                if not await still_ours(db, post):
                    return Outcome(Result.REJECTED, why="withdrawn")
                if not await still_so(db, post):
                    return Outcome(Result.LATER, why="part of it was called off; it is written anew")
            return await self.channels[post.channel].send(post.address, post.message)
