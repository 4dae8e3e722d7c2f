// When a page sends its outbox, and which of its texts shows the state of an entry.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";

const source = readFileSync(new URL("../../pwa/outbox-sender.js", import.meta.url))
  .toString()
  .replace(/import .*cleared-storage.*\n/, "const lookForCleared = async () => {};\n");
const page = { listeners: {}, flushed: 0, keys: 0, place: null, visibilityState: "visible" };
const listen = (type, listener) => (page.listeners[type] = listener);

// The module looks for these when it is loaded.
Object.assign(globalThis, {
  Outbox: {
    serverKey: async () => page.keys++,
    flushAndNotify: () => page.flushed++,
  },
  addEventListener: listen,
  document: {
    addEventListener: listen,
    getElementById: () => page.place,
    get visibilityState() {
      return page.visibilityState;
    },
  },
});
const { showState, stateName } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

describe("a page", () => {
  test("sends when it opens, and fetches the key while there is a network", () => {
    assert.deepEqual([page.flushed, page.keys], [1, 1]);
  });

  test("sends when the network returns", () => {
    const before = page.flushed;
    page.listeners.online();
    assert.equal(page.flushed, before + 1);
  });

  test("sends when it becomes visible, and not when it is hidden", () => {
    const before = page.flushed;
    page.visibilityState = "hidden";
    page.listeners.visibilitychange();
    assert.equal(page.flushed, before);
    page.visibilityState = "visible";
    page.listeners.visibilitychange();
    assert.equal(page.flushed, before + 1);
  });
});

describe("the name of a state", () => {
  for (const [entry, name] of [
    [{ state: "waiting" }, "waiting"],
    [{ state: "sign-in" }, "signIn"],
    [{ state: "look", why: "left" }, "left"],
    [{ state: "look", why: "closed" }, "over"],
    [{ state: "look", why: "called-off" }, "over"],
    [{ state: "look", why: 409 }, "look"],
    [{ state: "look" }, "look"],
  ]) {
    test(`is ${name} for ${JSON.stringify(entry)}`, () => assert.equal(stateName(entry), name));
  }
});

describe("a state is shown", () => {
  beforeEach(() => {
    page.place = { dataset: { waiting: "It waits.", look: "Please call." }, hidden: true, textContent: "" };
  });

  test("in the page's text", () => {
    showState("waiting");
    assert.deepEqual([page.place.textContent, page.place.hidden], ["It waits.", false]);
  });

  test("as one to look at if the page has no text for it", () => {
    showState("left");
    assert.equal(page.place.textContent, "Please call.");
  });

  test("nowhere on a page without a place for it", () => {
    page.place = null;
    assert.doesNotThrow(() => showState("waiting"));
  });
});
