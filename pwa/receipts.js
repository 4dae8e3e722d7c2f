"use strict";
// What the service worker tells the server about a notification: that it was shown, opened or answered. A receipt waits
// in a cache until it was delivered. Receipts are idempotent.

const Receipts = (() => {
  const CACHE = "receipts-1"; // phones have receipts under this name: it stays

  // True once the server has accepted it. `about` is the page that the notification leads to.
  /**
   * @param {string} path
   * @param {ReceiptBody} body
   * @param {string} [about]
   */
  async function add(path, body, about) {
    const queue = await caches.open(CACHE);
    const key = new Request(`/receipt/${body.token}/${body.event ?? "reply"}`);
    await queue.put(key, new Response(JSON.stringify({ path, body, about })));
    return send(queue, key);
  }

  /**
   * @param {Cache} queue
   * @param {Request} key
   * @returns {Promise<boolean>}
   */
  async function send(queue, key) {
    const queued = await queue.match(key);
    if (!queued) return true; // delivered meanwhile
    const { path, body } = await queued.json();
    try {
      const response = await fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(body),
        keepalive: true,
      });
      if (response.status < 500 && ![408, 429].includes(response.status)) await queue.delete(key); // final, taken or not
      return response.ok;
    } catch {
      await registration.sync?.register("receipts").catch(() => {});
      return false;
    }
  }

  // The person has since answered on the page itself. A reply that still waits is older, and must not arrive after it.
  /** @param {string} answered */
  async function removeReplies(answered) {
    const queue = await caches.open(CACHE);
    for (const key of await queue.keys()) {
      const { about } = (await (await queue.match(key))?.json()) ?? {};
      if (about && answered === `${about}/answer`) await queue.delete(key);
    }
  }

  async function flush() {
    const queue = await caches.open(CACHE);
    for (const key of await queue.keys()) await send(queue, key);
  }

  return { CACHE, add, flush, removeReplies };
})();
