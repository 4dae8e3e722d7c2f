"""The naive sender: a loop that queries due rows by the ORM and sends them one by one, as pywebpush's README shows.

It commits after each, so that a crash repeats one reminder at most. Its key is parsed once, not for each push: a loop
that is slow on purpose would prove nothing.
"""

from pathlib import Path

from py_vapid import Vapid
from pywebpush import webpush
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from tests.bench.rivals import store
from tests.bench.rivals.store import DueReminder

fill = store.fill


def send_all(path: Path, vapid_private_key: str) -> None:
    engine = create_engine(f"sqlite:///{path}")
    key = Vapid.from_string(private_key=vapid_private_key)
    with Session(engine, expire_on_commit=False) as db:
        for reminder in db.scalars(select(DueReminder).where(DueReminder.sent.is_(False))).all():
            webpush(
                store.subscription_info(reminder.subscription),
                store.PAYLOAD,
                vapid_private_key=key,
                vapid_claims=dict(store.CLAIMS),
                ttl=store.TTL,
                timeout=store.TIMEOUT,
            )
            reminder.sent = True
            db.commit()
    engine.dispose()
