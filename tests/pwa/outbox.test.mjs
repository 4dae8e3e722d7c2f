// The outbox, state by state: an entry waits until the clinic has received it, or until the clinic has rejected it.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { brokenOff, held, lostOnTheWay, Phone, portal, problem, Server, taken } from "./phone.mjs";

const ANSWERS = { questionnaire: "weekly", answers: { breathing: "a-little" }, respondent: "self" };
let server, phone, page, outbox;

beforeEach(() => {
  server = new Server();
  phone = new Phone(server);
  page = phone.page();
  outbox = page.outbox;
});

const add = (id, part) => outbox.add("check-in-1", id, ANSWERS, part);
const states = async () => Object.fromEntries((await outbox.all()).map(({ client_id: id, state }) => [id, state]));

describe("add", () => {
  test("stores the entry before anything is sent", async () => {
    const entry = await add("a");
    assert.equal(entry.state, "waiting");
    assert.deepEqual(await states(), { a: "waiting" });
    assert.deepEqual(server.sent, []);
  });

  test("seals the answers, so that the phone can't read them back", async () => {
    await add("a");
    const [entry] = await outbox.all();
    assert.equal(entry.sealed.key, "key-1");
    assert.ok(!JSON.stringify(entry).includes("breathing"));
  });

  test("asks for a sync once there is a network", async () => {
    await add("a");
    await new Promise(setImmediate);
    assert.deepEqual(phone.syncs, ["outbox"]);
  });

  test("works without a network, with the key of an earlier page", async () => {
    await outbox.serverKey();
    server.isReachable = false;
    await add("a");
    assert.deepEqual(await states(), { a: "waiting" });
  });

  test("fails without a key, and stores nothing", async () => {
    server.isReachable = false;
    await assert.rejects(add("a"), /no key yet/);
    assert.deepEqual(await states(), {});
  });
});

describe("a waiting entry", () => {
  test("leaves once the clinic has received it, and its receipt stays with the page", async () => {
    const sent = await outbox.send(await add("a"));
    assert.deepEqual(sent, { state: "received", receipt: { client_id: "a", flagged: false } });
    assert.deepEqual(await states(), {});
    assert.equal(outbox.receipts.get("a").client_id, "a");
  });

  test("goes to the address of its part, with its owner and the phone's own time", async () => {
    await outbox.send(await add("a"));
    await outbox.send(await add("b", "answers"));
    const paths = server.requests.map(({ path }) => path);
    assert.deepEqual(paths, ["/check-ins/check-in-1/responses", "/check-ins/check-in-1/answers"]);
    assert.equal(server.requests[0].body.owner, "rosa");
    assert.equal(typeof server.requests[0].body.now, "number");
    assert.ok(server.requests[0].signal instanceof AbortSignal);
  });

  test("tells Home on other pages, if it is a whole check-in", async () => {
    await outbox.send(await add("a", "answers"));
    await outbox.send(await add("b"));
    assert.deepEqual(phone.posted, ["check-in-1"]);
  });

  for (const [what, answer] of [
    ["the network is lost on the way", lostOnTheWay],
    ["the answer breaks off", brokenOff],
    ["another entry's id comes back", () => taken({ client_id: "other" })],
    ["the server fails", problem(500)],
    ["the server is being restarted", portal(502)],
    ["the server is too slow", problem(408)],
    ["too many send at once", problem(429)],
    ["a portal answers instead", portal(200)],
    ["a portal refuses", portal(404)],
  ]) {
    test(`stays where ${what}, and is received later`, async () => {
      const entry = await add("a");
      server.answerNext(answer);
      assert.deepEqual(await outbox.send(entry), { state: "waiting" });
      assert.deepEqual(await states(), { a: "waiting" });
      assert.deepEqual(await outbox.flush(), []);
      assert.deepEqual(server.sent, ["a", "a"]);
    });
  }

  for (const status of [401, 403]) {
    test(`stays where nobody is signed in (${status}), and is received after the sign-in`, async () => {
      const entry = await add("a");
      server.answerNext(problem(status));
      assert.deepEqual(await outbox.send(entry), { state: "sign-in" });
      assert.deepEqual(await states(), { a: "waiting" });
      assert.deepEqual(await outbox.flush(), []);
    });
  }

  for (const [answer, why] of [
    [problem(409, "a different answer was received before"), 409],
    [problem(410, "left"), "left"],
    [problem(410, "closed"), "closed"],
    [problem(422, "not readable"), 422],
  ]) {
    test(`is set aside where the clinic rejects it (${why}), and is never sent again`, async () => {
      const entry = await add("a");
      server.answerNext(answer);
      assert.deepEqual(await outbox.send(entry), { state: "look", why });
      const [left] = await outbox.flush();
      assert.deepEqual([left.state, left.why], ["look", why]);
      assert.deepEqual(server.sent, ["a"]);
    });
  }
});

describe("a rejected entry", () => {
  test("leaves once the person has read why", async () => {
    server.answerNext(problem(409));
    await outbox.send(await add("a"));
    await add("b");
    const [rejected] = (await outbox.own()).filter((entry) => entry.state === "look");
    await outbox.remove(rejected.client_id);
    assert.deepEqual(await states(), { b: "waiting" });
  });
});

describe("flush", () => {
  test("sends in the order of the answers", async () => {
    for (const id of ["c", "a", "b"]) await add(id);
    assert.deepEqual(await outbox.flush(), []);
    assert.deepEqual(server.sent, ["c", "a", "b"]);
  });

  for (const [what, answer] of [
    ["finds no network", lostOnTheWay],
    ["finds nobody signed in", problem(401)],
  ]) {
    test(`lets the others wait behind one that ${what}`, async () => {
      for (const id of ["a", "b"]) await add(id);
      server.answerNext(answer);
      assert.equal((await outbox.flush()).length, 2);
      assert.deepEqual(server.sent, ["a"]);
    });
  }

  // Luis helps Rosa and Walter on one phone: each is a person of the outbox.
  describe("on a phone with two patients (case 97)", () => {
    const people = "for-rosa for-walter";
    const owners = () => server.requests.map(({ body }) => body.owner);
    const addFor = (person, id) => phone.page(person, people).outbox.add("check-in-1", id, ANSWERS);

    beforeEach(async () => {
      for (const [person, id] of people.split(" ").map((each, at) => [each, "ab"[at]])) await addFor(person, id);
      await phone.page("stranger").outbox.add("check-in-2", "c", ANSWERS);
    });

    test("sends the entries of both, each as its owner, and nobody else's", async () => {
      await phone.page("for-walter", people).outbox.flush();
      assert.deepEqual(owners(), ["for-rosa", "for-walter"]);
      assert.deepEqual(await states(), { c: "waiting" });
    });

    test("sends them from the service worker too", async () => {
      Object.assign(phone, { person: "for-walter", people });
      await phone.worker().outbox.flush();
      assert.deepEqual(owners(), ["for-rosa", "for-walter"]);
    });

    test("goes on with the other's where one of them is signed out", async () => {
      await addFor("for-rosa", "d");
      server.answerNext(problem(403));
      await phone.page("for-walter", people).outbox.flush();
      assert.deepEqual(owners(), ["for-rosa", "for-walter"]);
      assert.deepEqual(await states(), { a: "waiting", c: "waiting", d: "waiting" });
    });
  });

  test("continues after an entry that the clinic rejects", async () => {
    for (const id of ["a", "b"]) await add(id);
    server.answerNext(problem(409));
    await outbox.flush();
    assert.deepEqual(await states(), { a: "look" });
    assert.deepEqual(server.sent, ["a", "b"]);
  });

  test("sends nothing twice when two triggers overlap", async () => {
    for (const id of ["a", "b"]) await add(id);
    const slow = held();
    server.answerNext(slow.answer);
    const both = [outbox.flush(), outbox.flush()];
    await server.hasReceived(1);
    slow.release();
    assert.deepEqual(await Promise.all(both), [[], []]);
    assert.deepEqual(server.sent, ["a", "b"]);
  });

  test("tries again if the network was lost and has returned", async () => {
    await add("a");
    const slow = held(lostOnTheWay);
    server.answerNext(slow.answer);
    const before = outbox.flush();
    await server.hasReceived(1);
    const since = [outbox.flush(), outbox.flush()];
    slow.release();
    await Promise.all([before, ...since]);
    assert.deepEqual(await states(), {});
    assert.deepEqual(server.sent, ["a", "a"]);
  });

  test("does not send an entry that is already being sent", async () => {
    const slow = held();
    server.answerNext(slow.answer);
    const sent = outbox.send(await add("a"));
    const flushed = outbox.flush();
    await server.hasReceived(1);
    slow.release();
    assert.equal((await sent).state, "received");
    assert.deepEqual(await flushed, []);
    assert.deepEqual(server.sent, ["a"]);
  });

  test("does not send an entry that another page has sent meanwhile", async () => {
    for (const id of ["a", "b"]) await add(id);
    const slow = held();
    server.answerNext(slow.answer);
    const flushed = outbox.flush();
    await server.hasReceived(1);
    await phone.page().outbox.flush(); // sends "a" as well, which the server takes once, and "b"
    slow.release();
    await flushed;
    assert.deepEqual(server.sent, ["a", "a", "b"]);
  });

  test("leaves entries that are added while it sends to the next trigger", async () => {
    await add("a");
    const slow = held();
    server.answerNext(slow.answer);
    const flushed = outbox.flush();
    await server.hasReceived(1);
    await add("b");
    slow.release();
    await flushed;
    assert.deepEqual(await outbox.flush(), []);
    assert.deepEqual(server.sent, ["a", "b"]);
  });

  test("tells the page what waits before it sends, and what is left afterwards", async () => {
    for (const id of ["a", "b"]) await add(id);
    server.answerNext(taken, lostOnTheWay);
    await outbox.flushAndNotify();
    assert.deepEqual(page.heard, [["a", "b"], ["b"]]);
  });
});

describe("another person's entries", () => {
  test("are neither shown nor sent nor lost", async () => {
    await add("a");
    const walters = phone.page("walter");
    assert.deepEqual(await walters.outbox.flush(), []);
    assert.deepEqual(await walters.outbox.own(), []);
    assert.deepEqual(await states(), { a: "waiting" });
    assert.deepEqual(server.sent, []);
    assert.deepEqual(await outbox.flush(), []);
    assert.deepEqual(server.sent, ["a"]);
  });
});

describe("the service worker", () => {
  test("sends the entries of pages", async () => {
    await add("a");
    await phone.worker().outbox.flush();
    assert.deepEqual(await states(), {});
  });

  test("sends nothing once the person has signed out", async () => {
    await add("a");
    phone.person = null;
    await phone.worker().outbox.flush();
    assert.deepEqual(await states(), { a: "waiting" });
    assert.deepEqual(server.sent, []);
  });
});

describe("the database", () => {
  const openAs = (version) =>
    new Promise((resolve, reject) => {
      const request = phone.database.open("interlude-outbox", version);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  test("serves an open page after a newer app has raised its version (case 48)", async () => {
    await add("a");
    (await openAs(9)).close();
    await add("b");
    assert.deepEqual(await outbox.flush(), []);
    assert.deepEqual(server.sent, ["a", "b"]);
  });

  test("sends entries that an earlier app stored without their part", async () => {
    const entry = await add("a");
    delete entry.part;
    await outbox.send(entry);
    assert.equal(server.requests[0].path, "/check-ins/check-in-1/responses");
  });
});

describe("a whole check-in", () => {
  test("is submitted once it is in the outbox; single answers are not the whole", async () => {
    await add("a", "answers");
    assert.equal(await outbox.isSubmitted("check-in-1"), false);
    await add("b");
    assert.equal(await outbox.isSubmitted("check-in-1"), true);
    assert.equal(await outbox.isSubmitted("check-in-2"), false);
  });
});
