"""Stop trying a push service that refuses us (400, 401, 403), and show that to staff (case 24).

If it refuses one device, the fault may be that device's; if it refuses three different devices in a row, the fault is
the service's or ours. Then its breaker opens: after each rest, one try may pass as a probe. The first push that the
service accepts closes the breaker (case 152).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.db.id_lists import given, is_among
from server.delivery.models import CircuitBreaker
from server.reminders import rules

OPENS_AFTER = 3  # different devices refused, with no push accepted in between
REST = timedelta(seconds=50)  # between probes: after the fault is mended, the first push waits at most twice as long
PROBE_WAIT = timedelta(seconds=10)  # how long a service's other pushes wait while a probe is on its way


AT, ENDS, BEYOND = (bindparam(name, type_=CircuitBreaker.probe_at.type) for name in ("at", "ends", "beyond"))
OURS = is_among(CircuitBreaker.service, given())
# Skips breakers that another worker has locked: nobody waits for a breaker (case 135).
UNLOCKED = CircuitBreaker.service.in_(select(CircuitBreaker.service).where(OURS).with_for_update(skip_locked=True))
IS_OPEN = CircuitBreaker.opened_at.is_not(None)
OPEN = select(CircuitBreaker.service, CircuitBreaker.probe_at).where(OURS, IS_OPEN)
CLOSE = delete(CircuitBreaker).where(UNLOCKED).execution_options(synchronize_session=False)
PROBE = (
    update(CircuitBreaker)
    .where(UNLOCKED, IS_OPEN, or_(CircuitBreaker.probe_at <= AT, CircuitBreaker.probe_at > BEYOND))
    .values(probe_at=ENDS)
    .returning(CircuitBreaker.service)
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True)
class Breakers:
    """The open breakers among a batch's services: when we may try each again, and which let one probe pass."""

    until: Mapping[str, datetime]
    probes: set[str]

    def admit(self, service: str) -> bool:
        """Whether a try may go to this service now. The first try to a service with a probe spends the probe."""
        if service in self.probes:
            self.probes.remove(service)
            return True
        return service not in self.until


async def note_refusal(db: AsyncSession, service: str, device_id: str, status: int | None, now: datetime) -> None:
    """Record that this device was refused. While another worker has locked the breaker, nothing is recorded."""
    found = select(CircuitBreaker).where(CircuitBreaker.service == service)
    breaker = await db.scalar(found.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    if breaker is None and await db.scalar(found) is not None:
        return
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


async def note_taken(db: AsyncSession, services: Collection[str]) -> None:
    """Delete the breakers of services that accepted a push: they no longer refuse us."""
    await db.execute(CLOSE, {"ids": services})


async def look_up(db: AsyncSession, services: Collection[str], now: datetime) -> Breakers:
    """The open breakers of these services. This takes their probes, so that no other worker does; see `give_back`."""
    probes = await _take_probes(db, services, now)
    found = await db.execute(OPEN, {"ids": services})
    until = {
        service: now + PROBE_WAIT if service in probes else probe_at or now + REST for service, probe_at in found.all()
    }
    return Breakers(until, probes)


async def _take_probes(db: AsyncSession, services: Collection[str], now: datetime) -> set[str]:
    """Services whose rest has ended; this starts their next rest.

    A rest longer than REST was set by a worker whose clock was ahead; it counts as ended.
    """
    ends = now + REST
    return set(await db.scalars(PROBE, {"ids": services, "at": now, "ends": ends, "beyond": ends + rules.CLOCK_SLACK}))


async def give_back(db: AsyncSession, breakers: Breakers, now: datetime) -> None:
    """Give probes that no try has spent to the next batch."""
    if breakers.probes:
        unspent = is_among(CircuitBreaker.service, breakers.probes)
        await db.execute(update(CircuitBreaker).where(unspent).values(probe_at=now))


async def open_now(db: AsyncSession) -> list[CircuitBreaker]:
    """The open breakers, for staff and the operator."""
    return list(
        await db.scalars(
            select(CircuitBreaker).where(CircuitBreaker.opened_at.is_not(None)).order_by(CircuitBreaker.service)
        )
    )
