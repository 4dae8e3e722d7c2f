"""Stop trying a push service that does not let us in (400, 401, 403), and show that to staff (case 24).

If it refuses one device, the problem may be that device's own; if it refuses three different ones in a row, the
problem is the service's or ours. Then its breaker opens: after a rest one try may pass, and the first push that the
service accepts closes the breaker.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.delivery.models import CircuitBreaker
from server.reminders import rules

OPENS_AFTER = 3  # different devices refused, with no push accepted in between
REST = timedelta(minutes=10)


async def note_refusal(db: AsyncSession, service: str, device_id: str, status: int | None, now: datetime) -> None:
    breaker = await db.scalar(select(CircuitBreaker).where(CircuitBreaker.service == service).with_for_update())
    if breaker is None:
        breaker = CircuitBreaker(service=service, refused_by=[], since=now)
        db.add(breaker)
    breaker.status = status
    if device_id not in breaker.refused_by:
        breaker.refused_by = [*breaker.refused_by, device_id][-OPENS_AFTER:]
    if breaker.opened_at is None and len(breaker.refused_by) >= OPENS_AFTER:
        breaker.opened_at = now
    if breaker.opened_at is not None:
        breaker.probe_at = now + REST
    await db.flush()


async def note_taken(db: AsyncSession, services: Iterable[str]) -> None:
    """Delete the breakers of services that accepted something: they let us in again."""
    await db.execute(delete(CircuitBreaker).where(CircuitBreaker.service.in_(list(services))))


async def resting(db: AsyncSession, services: Iterable[str], now: datetime) -> set[str]:
    """Those of `services` that must not be tried now."""
    found = await db.scalars(
        select(CircuitBreaker.service).where(
            CircuitBreaker.service.in_(list(services)), CircuitBreaker.opened_at.is_not(None)
        )
    )
    return set(found) - await _to_probe(db, now)


async def _to_probe(db: AsyncSession, now: datetime) -> set[str]:
    """Services whose rest has ended. Only the caller may try them: this starts the next rest for other workers.

    A rest longer than REST was set by a worker whose clock was ahead; it counts as ended.
    """
    longest = REST + rules.CLOCK_SLACK
    probed = await db.scalars(
        update(CircuitBreaker)
        .where(
            CircuitBreaker.opened_at.is_not(None),
            or_(CircuitBreaker.probe_at <= now, CircuitBreaker.probe_at > now + longest),
        )
        .values(probe_at=now + REST)
        .returning(CircuitBreaker.service)
    )
    return set(probed)


async def open_now(db: AsyncSession) -> list[CircuitBreaker]:
    """The open breakers, for staff and the operator."""
    return list(
        await db.scalars(
            select(CircuitBreaker).where(CircuitBreaker.opened_at.is_not(None)).order_by(CircuitBreaker.service)
        )
    )
