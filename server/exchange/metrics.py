"""Metrics for Prometheus. Each scrape counts in the database, so they cover all workers."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.delivery import circuit_breakers
from server.delivery import heartbeats as workers
from server.delivery.models import CircuitBreaker, WorkerHeartbeat
from server.devices import health, refused_services
from server.devices.models import RefusedService
from server.reminders import rules
from server.reminders.models import Attempt, Reminder
from server.reminders.states import ReminderState

LOOKS_BACK = timedelta(minutes=15)  # for lateness
QUANTILES = (0.5, 0.95, 1.0)


class _Collected:
    """Metrics collected beforehand, because prometheus_client's collect() cannot await."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


async def scrape(db: AsyncSession, now: datetime) -> bytes:
    """All metrics in the text exposition format, version 0.0.4."""
    registry = CollectorRegistry()
    families = [
        await _by_state(db),
        *await _queue(db, now),
        await _lateness(db, now),
        await _attempts(db),
        _breakers(await circuit_breakers.open_now(db)),
        *await _workers(db, now),
        _subscriptions(await health.by_vapid_key(db)),
        _refused(await refused_services.refused(db)),
    ]
    registry.register(_Collected(families))
    return generate_latest(registry)


async def _by_state(db: AsyncSession) -> Metric:
    family = GaugeMetricFamily("interlude_reminders", "Reminders by state and kind.", labels=("state", "kind"))
    rows = await db.execute(select(Reminder.state, Reminder.kind, func.count()).group_by(Reminder.state, Reminder.kind))
    for state, kind, count in rows.all():
        family.add_metric((state, kind), count)
    return family


async def _queue(db: AsyncSession, now: datetime) -> list[Metric]:
    row = (
        await db.execute(
            select(func.count(), func.min(Reminder.next_at)).where(
                Reminder.state == ReminderState.SCHEDULED, Reminder.next_at <= now
            )
        )
    ).one()
    oldest = (now - row[1]).total_seconds() if row[1] else 0.0
    return [
        GaugeMetricFamily("interlude_reminders_due", "Reminders that are due and not claimed.", value=row[0]),
        GaugeMetricFamily("interlude_oldest_due_seconds", "How long the oldest of them has waited.", value=oldest),
    ]


async def _lateness(db: AsyncSession, now: datetime) -> Metric:
    """Seconds between due and first attempt, for first attempts of the last 15 minutes."""
    family = GaugeMetricFamily("interlude_lateness_seconds", "From due to the first try.", labels=("quantile",))
    found = await db.scalars(
        select(Attempt.delay).where(Attempt.delay.is_not(None), Attempt.started_at > now - LOOKS_BACK)
    )
    late = sorted(value for value in found if value is not None)
    for quantile in QUANTILES if late else ():
        family.add_metric((str(quantile),), late[min(int(len(late) * quantile), len(late) - 1)])
    return family


async def _attempts(db: AsyncSession) -> Metric:
    family = CounterMetricFamily(
        "interlude_attempts", "Tries by channel, service and state.", labels=("channel", "service", "state")
    )
    rows = await db.execute(
        select(Attempt.channel, Attempt.service, Attempt.state, func.count()).group_by(
            Attempt.channel, Attempt.service, Attempt.state
        )
    )
    for channel, service, state, count in rows.all():
        family.add_metric((channel, service, state), count)
    return family


def _breakers(found: Iterable[CircuitBreaker]) -> Metric:
    family = GaugeMetricFamily("interlude_breaker_open", "Push services that refuse us.", labels=("service", "status"))
    for breaker in found:
        family.add_metric((breaker.service, str(breaker.status)), 1)
    return family


async def _workers(db: AsyncSession, now: datetime) -> list[Metric]:
    # Ignore beats from the future, which a wrong clock left.
    recent = select(WorkerHeartbeat.ticked_at).where(WorkerHeartbeat.ticked_at <= now + rules.CLOCK_SLACK)
    beats = list(await db.scalars(recent))
    age = max((now - max(beats)).total_seconds(), 0.0) if beats else float("inf")
    silent = GaugeMetricFamily(
        "interlude_tick_silent", "Recurring ticks that no worker has run for three periods.", labels=("tick",)
    )
    for name in await workers.silent_ticks(db, now):
        silent.add_metric((name,), 1)
    return [
        GaugeMetricFamily("interlude_worker_beat_age_seconds", "Since any worker last ticked.", value=age),
        GaugeMetricFamily("interlude_workers", "Workers that ticked within a day.", value=len(beats)),
        silent,
    ]


def _subscriptions(by_key: dict[str, int]) -> Metric:
    """The current key comes first. A rotation is complete when the others count none."""
    family = GaugeMetricFamily(
        "interlude_subscriptions", "Living push subscriptions by VAPID key.", labels=("key", "current")
    )
    for place, (key, count) in enumerate(by_key.items()):
        family.add_metric((key, "no" if place else "yes"), count)
    return family


def _refused(services: Iterable[RefusedService]) -> Metric:
    family = CounterMetricFamily(
        "interlude_push_service_refused",
        "Subscriptions refused because INTERLUDE_PUSH_SERVICES does not admit their push service.",
        labels=("service",),
    )
    for refused in services:
        family.add_metric((refused.service,), refused.times)
    return family
