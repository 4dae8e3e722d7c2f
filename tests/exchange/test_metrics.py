"""Metrics for the operator: shown only with the token, and correct."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.channels.protocol import Outcome, Result
from server.delivery import heartbeats
from server.devices import refused_services
from server.exchange import metrics
from tests.browser_without_screen import Browser
from tests.conftest import StillClock
from tests.reminders.scene import Scene, scene
from tests.stories import subscribed

__all__ = ["scene"]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def samples(of: Scene) -> dict[tuple[str, ...], float]:
    """Maps (name, label values…) to the value."""
    async with of.database.reading() as db:
        text = (await metrics.scrape(db, of.clock())).decode()
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in found}


async def test_lateness_depth_and_attempts_are_counted(scene: Scene) -> None:
    scene.clock.move(hours=1, minutes=2)
    before = await samples(scene)
    assert (before["interlude_reminders_due",], before["interlude_oldest_due_seconds",]) == (1, 120)
    await scene.run()
    after = await samples(scene)
    assert after["interlude_reminders_due",] == 0
    assert after["interlude_reminders", "visit", "sent"] == 1
    assert after["interlude_attempts_total", "push", "fcm.googleapis.com", "accepted"] == 1
    assert after["interlude_lateness_seconds", "1.0"] == 120


async def test_breakers_workers_and_keys_are_reported(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await subscribed(db, scene.cast.luis)
        await subscribed(db, scene.cast.rosa)
        await heartbeats.beat(db, "w" * 32, None, scene.clock())
    scene.push.says = Outcome(Result.REFUSED, 403)
    await scene.due()
    found = await samples(scene)
    assert found["interlude_breaker_open", "fcm.googleapis.com", "403"] == 1
    assert (found["interlude_workers",], found["interlude_worker_beat_age_seconds",]) == (1, 3600)
    assert [
        value for name, *labels, value in ((*key, found[key]) for key in found) if name == "interlude_subscriptions"
    ] == [3]


async def test_case_95_push_services_that_were_turned_away_are_counted(scene: Scene) -> None:
    async with scene.database.writing() as db:
        for service in ("push.example.org", "push.example.org", "push.example.net:8443"):
            await refused_services.count(db, service, scene.clock())
    found = await samples(scene)
    assert found["interlude_push_service_refused_total", "push.example.org"] == 2
    assert found["interlude_push_service_refused_total", "push.example.net:8443"] == 1


@ONE_DATABASE
async def test_without_the_token_the_page_is_not_found(browser: Browser, clock: StillClock) -> None:
    assert (await browser.get("/metrics")).status_code == 404
    assert (await browser.get("/metrics", authorization="Bearer ")).status_code == 404


@ONE_DATABASE
async def test_with_the_token_the_page_is_text_that_prometheus_reads(browser: Browser) -> None:
    state = browser.http._transport.app.state  # type: ignore[attr-defined]
    state.settings = type(state.settings)(**vars(state.settings) | {"metrics_token": "a long word"})
    assert (await browser.get("/metrics", authorization="Bearer another")).status_code == 404
    allowed = await browser.get("/metrics", authorization="Bearer a long word")
    assert allowed.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "interlude_reminders_due 0.0" in allowed.text
