"""What a good engineer writes with the same libraries: batches, many pushes at once, one commit a batch.

- One aiohttp session for the process: connections stay open.
- 100 rows a batch, joined with their subscriptions in one query; all pushes of a batch at once.
- The key is parsed once, and a VAPID header is signed once for each push service, as RFC 8292 allows.
- One UPDATE and one commit mark the batch. A crash repeats 100 reminders at most.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from py_vapid import Vapid
from pywebpush import webpush_async
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from tests.bench.rivals import store
from tests.bench.rivals.store import DueReminder

BATCH = 100
TOKEN_LIFE = 12 * 3600  # seconds
fill = store.fill


def send_all(path: Path, vapid_private_key: str) -> None:
    asyncio.run(_send_all(path, Headers(vapid_private_key)))


class Headers:
    """VAPID headers, signed once for each push service."""

    def __init__(self, vapid_private_key: str) -> None:
        self._key = Vapid.from_string(private_key=vapid_private_key)
        self._signed: dict[str, dict[str, str]] = {}

    def of(self, endpoint: str) -> dict[str, str]:
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._signed:
            claims = store.CLAIMS | {"aud": origin, "exp": int(time.time()) + TOKEN_LIFE}
            self._signed[origin] = self._key.sign(claims)
        return self._signed[origin]


async def _send_all(path: Path, headers: Headers) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    timeout = aiohttp.ClientTimeout(total=store.TIMEOUT)
    async with aiohttp.ClientSession(timeout=timeout) as session, AsyncSession(engine) as db:
        due = select(DueReminder).where(DueReminder.sent.is_(False)).limit(BATCH)
        while batch := (await db.scalars(due)).all():
            sent = await _push(batch, session, headers)
            await db.execute(
                update(DueReminder).where(DueReminder.id.in_(sent)).values(sent=True),
                execution_options={"synchronize_session": False},
            )
            await db.commit()
            db.expunge_all()
    await engine.dispose()


async def _push(batch: Sequence[DueReminder], session: aiohttp.ClientSession, headers: Headers) -> list[int]:
    """The ids of those that were taken."""
    answers = await asyncio.gather(*(push(reminder, session, headers) for reminder in batch), return_exceptions=True)
    return [reminder.id for reminder, answer in zip(batch, answers, strict=True) if answer is None]


async def push(reminder: DueReminder, session: aiohttp.ClientSession, headers: Headers) -> None:
    await webpush_async(
        store.subscription_info(reminder.subscription),
        store.PAYLOAD,
        ttl=store.TTL,
        timeout=store.TIMEOUT,
        headers=dict(headers.of(reminder.subscription.endpoint)),
        aiohttp_session=session,
    )
