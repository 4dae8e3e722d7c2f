"""A phone with the former version's service worker, offline bundle and unsent answers gets the new version."""

import json

from playwright.async_api import Browser, Page, expect

from server.checkins.models import CheckIn
from server.responses import history
from server.responses.models import Draft, Response
from tests.browser.chromium import deliver_push
from tests.browser.eventually import eventually
from tests.browser.people import go, nothing_waits, phone_of, press, sees, without_background_sync
from tests.browser.running_site import RunningSite
from tests.journeys.upgrading import UpgradingApp, upgrading
from tests.stories import rows

GIVEN = {"pain": "4", "mood": "none", "breathing": "none"}
# The former pages registered the worker, fetched the bundle, and kept each answer as a draft and a sealed entry.
BEGIN = """async () => {
  await Outbox.serverKey();
  await Held.refresh();
  await navigator.serviceWorker.register("/service-worker.js");
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller)
    await new Promise(done => navigator.serviceWorker.addEventListener("controllerchange", done, {once: true}));
}"""
ANSWER = """async ([id, questionnaire, given]) => {
  const draft = is => ({is, at: Date.now(), before: false, told: true});
  const answers = Object.fromEntries(Object.entries(given).map(([question, is]) => [question, draft(is)]));
  await Held.put(`draft:${id}:patient`, {who: "self", answers});
  for (const [question, is] of Object.entries(given)) {
    const content = {questionnaire, answers: {[question]: is}, respondent: "self"};
    await Outbox.keep(id, crypto.randomUUID(), content, "answers");
  }
}"""
STORED = """name => new Promise((resolve, reject) => {
  const opening = indexedDB.open(name[0]);
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const db = opening.result, all = db.transaction(name[1]).objectStore(name[1]).getAll();
    all.onsuccess = () => { db.close(); resolve(all.result.map(entry => entry.client_id ?? "")); };
  };
})"""


async def test_case_48_a_phone_with_unsent_answers_is_upgraded_and_nothing_is_lost_or_sent_twice(
    chromium: Browser, site: RunningSite
) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    _, token = await site.hand_over(check_in.id)
    async with upgrading(site.base_url, check_in) as app:
        rosa = await given_a_phone_of_the_former_version(chromium, site, app)
        waiting = await when_three_answers_find_no_network(rosa, check_in, token)

        # The new version is there. It accepts no answers yet, and sends no bundle that would replace the former one.
        app.former = False
        await rosa.context.set_offline(False)
        await go(rosa, f"{app.base_url}/")
        await then_the_new_worker_has_taken_over(rosa)
        await sees(rosa, "An answer is waiting on this phone.")
        assert await unsent(rosa) == waiting

        # Without a network, the new scripts open the former bundle and the answers in it.
        await rosa.context.set_offline(True)
        await rosa.goto(f"{app.base_url}/check-ins/{check_in.id}")
        await expect(rosa.locator("h1")).to_have_text("Check and send")
        await sees(rosa, "4 of 10", "Good", "No trouble")
        assert await unsent(rosa) == waiting

        app.refusing = False
        await rosa.context.set_offline(False)
        await nothing_waits(rosa)
        assert {id_: app.received[id_] for id_ in waiting} == dict.fromkeys(waiting, 1)
        drafts = await rows(site.database, Draft, Draft.check_in_id == check_in.id)
        assert {draft.link_id: json.loads(draft.value) for draft in drafts} == {**GIVEN, "pain": 4}
        await site.wait_for_attempt(check_in.id, "shown")

        await press(rosa, "Send to clinic")
        await site.wait_for_response(check_in)
        [response] = await rows(site.database, Response)
        assert history.answers_of(response) == {**GIVEN, "pain": 4}
        await expect(rosa.locator("h1")).to_have_text("The clinic has received it")
        assert await unsent(rosa) == []


async def given_a_phone_of_the_former_version(chromium: Browser, site: RunningSite, app: UpgradingApp) -> Page:
    """Rosa has joined. The phone has only what the former version left at the address of the upgrading app."""
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await without_background_sync(rosa)  # one sender, so that accepted entries are counted without replays
    await rosa.goto(f"{app.base_url}/offline")
    await rosa.evaluate(BEGIN)
    assert len(await rosa.evaluate(STORED, ["interlude-held", "things"])) == 1
    return rosa


async def when_three_answers_find_no_network(phone: Page, check_in: CheckIn, token: str) -> list[str]:
    """Rosa gives three answers offline. A push was just shown, so its receipt waits too. Returns the client ids."""
    await phone.context.set_offline(True)
    await phone.goto(phone.url.replace("/offline", "/"))  # the former worker shows the former page
    await expect(phone.locator("h1")).to_have_text("You are offline")
    notification = {"title": "Interlude", "body": "You have a check-in ready", "tag": "one", "data": {"token": token}}
    await deliver_push(phone, json.dumps({"notification": notification}))
    await phone.evaluate(ANSWER, [check_in.id, check_in.questionnaire_id, GIVEN])
    waiting = await unsent(phone)
    assert len(waiting) == 3
    return waiting


async def unsent(phone: Page) -> list[str]:
    found: list[str] = await phone.evaluate(STORED, ["interlude-outbox", "entries"])
    return found


async def then_the_new_worker_has_taken_over(phone: Page) -> None:
    """The new worker has deleted the former version's pages and scripts, and no other cache."""

    async def look() -> bool:
        names = await phone.evaluate("caches.keys()")
        return "shell-0" not in names and any(name.startswith("shell-") for name in names)

    await eventually(look, "the new worker to replace the cache of the former one")
    assert "receipts-1" in await phone.evaluate("caches.keys()")
