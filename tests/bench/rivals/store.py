"""The tables of the rivals: who subscribed, and what is due. Nothing is sealed, and nothing is written per attempt."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from tests.stories import browser_keys

PAYLOAD = '{"title":"You have a visit coming up","body":"Open to see when, and to say if you can come."}'
CLAIMS = {"sub": "mailto:push@clinic.example"}
TTL = 3600  # seconds
TIMEOUT = 10.0  # seconds


class Base(DeclarativeBase):
    pass


class Subscription(Base):
    __tablename__ = "subscription"
    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint: Mapped[str]
    p256dh: Mapped[str]
    auth: Mapped[str]


class DueReminder(Base):
    __tablename__ = "reminder"
    id: Mapped[int] = mapped_column(primary_key=True)
    due_at: Mapped[float]
    sent: Mapped[bool] = mapped_column(default=False, index=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"))
    subscription: Mapped[Subscription] = relationship(lazy="joined", innerjoin=True)


def fill(path: Path, endpoints: Sequence[str]) -> None:
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with Session(engine) as db, db.begin():
        for endpoint in endpoints:
            p256dh, auth = browser_keys()
            db.add(DueReminder(due_at=0, subscription=Subscription(endpoint=endpoint, p256dh=p256dh, auth=auth)))
    engine.dispose()


def unsent(path: Path) -> int:
    engine = create_engine(f"sqlite:///{path}")
    with Session(engine) as db:
        count = db.scalar(select(func.count()).where(DueReminder.sent.is_(False)))
    engine.dispose()
    return count or 0


def subscription_info(subscription: Subscription) -> dict[str, Any]:
    """As pywebpush takes it."""
    return {
        "endpoint": subscription.endpoint,
        "keys": {"p256dh": subscription.p256dh, "auth": subscription.auth},
    }
