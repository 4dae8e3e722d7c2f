"""A real browser sends many check-ins over a network that cuts at random: none is lost, and none is stored twice."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page
from sqlalchemy import insert

from server.checkins.models import CheckIn
from server.clock import system_clock
from server.db import new_id
from server.flags.models import Flag
from server.responses import history
from server.responses.models import ConflictingVersion, Response
from tests.browser.chromium import new_page, service_worker_is_active
from tests.browser.eventually import eventually
from tests.browser.people import join
from tests.browser.running_site import RunningSite
from tests.faults.cutting import CuttingProxy, cutting_proxy
from tests.stories import rows

TRIES = 40  # the most rounds of flushes for a batch
BATCH = 50  # check-ins due at a time: a phone keeps them all
MOODS, BREATHS = ("none", "little", "some", "hard"), ("none", "little", "very-hard")  # the last is urgent
# One check-in in four is answered offline from the start: each answer by itself, then the whole.
KEEP = """async entries => {
  const keep = (id, client, answers, part) => Outbox.add(id, client, {answers, respondent: "self"}, part);
  for (const [place, {id, client, answers}] of entries.entries()) {
    for (const [name, value] of place % 4 ? [] : Object.entries(answers))
      await keep(id, crypto.randomUUID(), {[name]: value}, "answers");
    await keep(id, client, answers, "responses");
  }
}"""
# Both tabs send again and again, like a phone that finds and loses its network.
FLUSH = """async tries => {
  for (let n = 0; n < tries; n++) {
    const left = await Outbox.flush();
    if (!left.length) return [];
    if (left.every(entry => entry.state !== "waiting")) return left.map(entry => entry.state);
  }
  return (await Outbox.all()).map(entry => entry.state);
}"""


@dataclass(frozen=True)
class Found:
    submissions: int
    cuts: int
    wrong: list[str]


async def send_all(
    browser: Browser, site: RunningSite, count: int, seed: int, tell: Callable[[int], None] = lambda _: None
) -> Found:
    random = Random(seed)
    first = await site.check_in_due_now(site.cast.rosa, "daily-three")
    given: dict[str, dict[str, Any]] = {}
    left: list[str] = []
    async with cutting_proxy(urlsplit(site.base_url).port or 80, random) as proxy:
        page = await new_page(browser, base_url=f"http://localhost:{proxy.address}")
        await join(page, site, site.cast.rosa)
        await page.goto("/help")  # a page without a queue of its own to flush
        await _load_outbox(page)
        while len(given) < count and not left:
            check_ins = await _due(site, first, min(BATCH, count - len(given)), len(given))
            answers = {check_in["id"]: _answers(random) for check_in in check_ins}
            given |= answers
            kept = [
                {"id": each["id"], "client": each["client_id"], "answers": answers[each["id"]]} for each in check_ins
            ]
            await page.evaluate(KEEP, kept)
            left = await _flush_cut(page, proxy, len(check_ins))
            tell(len(given) - len(left))
    return Found(len(given), proxy.cuts, await _wrong(site, given, left))


async def _load_outbox(page: Page) -> None:
    await service_worker_is_active(page)
    await eventually(lambda: page.evaluate("Outbox.serverKey().catch(() => null)"), "the server's key")


async def _flush_cut(page: Page, proxy: CuttingProxy, count: int) -> list[str]:
    """Returns what is left in the queue, which should be nothing."""
    proxy.cutting = True
    left: list[str] = []
    for _ in range(TRIES):
        left = await page.evaluate(FLUSH, 2 * count)
        if "waiting" not in left:
            break
    proxy.cutting = False
    return left


async def _wrong(site: RunningSite, given: dict[str, dict[str, Any]], left: list[str]) -> list[str]:
    found = [f"an entry is left in the queue: {state}" for state in left]
    by_check_in: dict[str, list[Response]] = {}
    for response in await rows(site.database, Response):
        by_check_in.setdefault(response.check_in_id, []).append(response)
    for check_in, answers in given.items():
        responses = by_check_in.get(check_in, [])
        if len(responses) != 1:
            found.append(f"{len(responses)} responses to one check-in")
        elif history.answers_of(responses[0]) != answers:
            found.append(f"other answers than were given: {json.dumps(answers)}")
    flags = [flag for flag in await rows(site.database, Flag) if (flag.item, flag.severity) == ("breathing", "urgent")]
    if len(flags) != any(answers["breathing"] == "very-hard" for answers in given.values()):
        found.append(f"{len(flags)} red flags for breathing")
    return found + ["an answer was set aside"] * len(await rows(site.database, ConflictingVersion))


def _answers(random: Random) -> dict[str, Any]:
    return {"pain": random.randrange(11), "mood": random.choice(MOODS), "breathing": random.choice(BREATHS)}


async def _due(site: RunningSite, first: CheckIn, count: int, before: int) -> list[dict[str, Any]]:
    """Schedule so many more of Rosa's daily check-ins, each due a second after the one before."""
    made = [
        {
            "id": new_id(),
            "clinic_id": first.clinic_id,
            "patient_id": first.patient_id,
            "plan_id": first.plan_id,
            "questionnaire_id": first.questionnaire_id,
            "client_id": new_id(),
            "due_at": first.due_at - timedelta(seconds=before + number + 1),
            "closes_at": system_clock() + timedelta(days=3),
            "state": "waiting",
        }
        for number in range(count)
    ]
    async with site.database.writing() as db:
        await db.execute(insert(CheckIn), made)
    return made
